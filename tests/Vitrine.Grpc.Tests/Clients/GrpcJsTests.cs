using System.Text.Json;
using Google.Protobuf;
using Vitrine.Grpc.Tests.Protos;
using Vitrine.Grpc.Tests.Support;
using Vitrine.TestTargets;

namespace Vitrine.Grpc.Tests.Clients;

/// <summary>A client that nobody here wrote understands every kind of answer: @grpc/grpc-js, as npm has it.</summary>
public sealed class GrpcJsTests
{
    // Each script prints one line of JSON. Protos of the standard services are those that others publish, not ours.
    const string Head = """
        const path = require('path'), grpc = require('@grpc/grpc-js'), loader = require('@grpc/proto-loader');
        const [authority, protos] = process.argv.slice(2);
        const load = (file, ...folders) => grpc.loadPackageDefinition(loader.loadSync(file, { includeDirs: folders, keepCase: true, longs: Number, defaults: true, enums: String }));
        const client = new (load('vitrine/tests/echo.proto', protos).vitrine.tests.Echo)(authority, grpc.credentials.createInsecure());
        const say = (word, ...rest) => new Promise(done => client.Say(word, ...rest, (error, value) => done(error ? { code: error.code, details: error.details, metadata: error.metadata } : value)));
        const all = call => new Promise(done => { const got = []; call.on('data', one => got.push(one)); call.on('error', () => {}); call.on('status', status => done({ got, code: status.code, details: status.details })); });
        const print = value => console.log(JSON.stringify(value));
        """;

    static async Task<JsonElement> Run(string script, EchoServer.Handlers? handlers = null)
    {
        await using var server = await EchoServer.Start(handlers);
        var protos = Path.Combine(Checkout.Root, "tests", "Vitrine.Grpc.Tests", "Protos");
        var output = await GrpcJs.Run($"{Head}\n(async () => {{\n{script}\n}})().catch(error => {{ console.error(error); process.exit(1); }});", server.Authority, protos);
        return JsonDocument.Parse(output).RootElement;
    }

    [Fact]
    public async Task Unary_Words_ComeBack()
    {
        var result = await Run("print(await say({ text: 'gr\u00fc\u00dfe', payload: Buffer.alloc(50000, 7) })); client.close();");
        Assert.Equal("gr\u00fc\u00dfe", result.GetProperty("text").GetString());
        Assert.Equal(50000, result.GetProperty("payload").GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Unary_Gzip_IsUnderstood()
    {
        var result = await Run("""
            const packed = new (load('vitrine/tests/echo.proto', protos).vitrine.tests.Echo)(authority, grpc.credentials.createInsecure(), { 'grpc.default_compression_algorithm': 2 });
            packed.Say({ text: 'a'.repeat(20000) }, (error, value) => { print(error ? { code: error.code } : { length: value.text.length }); packed.close(); client.close(); });
            """);
        Assert.Equal(20000, result.GetProperty("length").GetInt32());
    }

    [Fact]
    public async Task ServerStreaming_ThousandWords_ComeInOrder()
    {
        var result = await Run("const r = await all(client.Count({ text: '1000', payload: Buffer.alloc(1000) })); print({ code: r.code, texts: r.got.map(one => one.text) }); client.close();");
        Assert.Equal(0, result.GetProperty("code").GetInt32());
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => $"{i}"), result.GetProperty("texts").EnumerateArray().Select(one => one.GetString()!));
    }

    [Fact]
    public async Task Bidirectional_QuestionAndAnswer_TakeTurns()
    {
        var result = await Run("""
            const call = client.Chat(), got = [];
            call.on('data', word => { got.push(word.text); if (got.length < 5) call.write({ text: `${got.length}` }); else call.end(); });
            call.on('status', status => { print({ code: status.code, got }); client.close(); });
            call.write({ text: '0' });
            """);
        Assert.Equal(0, result.GetProperty("code").GetInt32());
        Assert.Equal(["0", "1", "2", "3", "4"], result.GetProperty("got").EnumerateArray().Select(one => one.GetString()!));
    }

    [Fact]
    public async Task Errors_OfEveryCode_ReachTheClient()
    {
        var result = await Run("""
            const got = [];
            for (let code = 1; code <= 16; code++) { const { details, ...error } = await say({ text: `${code}` }); got.push({ code: error.code, details, bin: error.metadata.get('grpc-status-details-bin').length }); }
            print(got); client.close();
            """, new() { Say = (word, _) => throw new GrpcException(new GrpcStatus((GrpcStatusCode)int.Parse(word.Text), $"100 % \u00fc {word.Text}", word.Text == "8" ? TimeSpan.FromSeconds(1) : null)) });
        Assert.Equal(Enumerable.Range(1, 16).Select(code => (code, $"100 % \u00fc {code}", code == 8 ? 1 : 0)),
            result.EnumerateArray().Select(one => (one.GetProperty("code").GetInt32(), one.GetProperty("details").GetString()!, one.GetProperty("bin").GetInt32())));
    }

    [Fact]
    public async Task Deadline_Short_IsDeadlineExceededAndReachesTheServer()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        // On a busy machine the time is over before the call has come.
        var result = await Run("""
            let last;
            for (let ms = 300; ms < 20000 && !last?.got.length; ms *= 2) last = await all(client.Count({ text: 'x' }, { deadline: Date.now() + ms }));
            print({ code: last.code, got: last.got.length }); client.close();
            """, new()
        {
            Count = async (word, words, call) =>
            {
                Assert.True(call.Deadline < DateTimeOffset.UtcNow.AddSeconds(30));
                await words.Write(word);
                using var told = call.Cancelled.Register(() => cancelled.TrySetResult());
                await cancelled.Task;
            },
        });
        Assert.Equal(((int)GrpcStatusCode.DeadlineExceeded, 1), (result.GetProperty("code").GetInt32(), result.GetProperty("got").GetInt32()));
        await cancelled.Task.WaitAsync(RawClient.Limit);
    }

    [Fact]
    public async Task Cancel_InTheMiddleOfAStream_ReachesTheServer()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var result = await Run("""
            const call = client.Count({ text: 'x' });
            call.on('data', () => call.cancel());
            call.on('error', error => { print({ code: error.code }); client.close(); });
            """, new()
        {
            Count = async (word, words, call) =>
            {
                using var told = call.Cancelled.Register(() => cancelled.TrySetResult());
                await words.Write(word);
                await cancelled.Task;
            },
        });
        Assert.Equal((int)GrpcStatusCode.Cancelled, result.GetProperty("code").GetInt32());
        await cancelled.Task.WaitAsync(RawClient.Limit);
    }

    [Fact]
    public async Task UnknownMethodAndService_AreUnimplemented()
    {
        var result = await Run("""
            const codes = [];
            for (const path of ['/vitrine.tests.Echo/Shout', '/no.such.Service/Say'])
              codes.push(await new Promise(done => client.makeUnaryRequest(path, b => b, b => b, Buffer.alloc(0), error => done(error.code))));
            print(codes); client.close();
            """);
        Assert.Equal([12, 12], result.EnumerateArray().Select(one => one.GetInt32()));
    }

    [Fact]
    public async Task Metadata_TextAndBinary_ReachesTheHandler()
    {
        var result = await Run("""
            const metadata = new grpc.Metadata();
            metadata.add('x-text', 'one'); metadata.add('x-bytes-bin', Buffer.from([0, 255, 10])); metadata.add('x-bytes-bin', Buffer.from('b'));
            print(await say({ text: '' }, metadata)); client.close();
            """, new() { Say = (_, call) => Task.FromResult(new Word { Text = string.Join('|', call.Metadata.Text("x-text").Concat(call.Metadata.Binary("x-bytes-bin").Select(one => Convert.ToHexString(one.Span)))) }) });
        Assert.Equal("one|00FF0A|62", result.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Health_OfTheStockProto_ChecksAndWatches()
    {
        var result = await Run("""
            const file = require('grpc-health-check').protoPath;
            const health = new (load(file).grpc.health.v1.Health)(authority, grpc.credentials.createInsecure());
            const check = service => new Promise(done => health.Check({ service }, (error, value) => done(error ? error.code : value.status)));
            const watch = health.Watch({ service: 'vitrine.tests.Echo' });
            watch.on('error', () => {});
            const first = await new Promise(done => watch.once('data', value => done(value.status)));
            watch.cancel();
            print([await check(''), await check('vitrine.tests.Echo'), await check('other'), first]);
            health.close(); client.close();
            """);
        Assert.Equal("""["SERVING","SERVING",5,"SERVING"]""", result.GetRawText());
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("v1alpha")]
    public async Task Reflection_OfTheStockProto_IsEnoughToCallTheService(string version)
    {
        // As grpcurl does: asks what there is, loads the descriptor that it gets, and calls with nothing else known.
        var result = await Run($$"""
            const folder = path.join(path.dirname(require.resolve('@grpc/reflection/package.json')), 'build', 'proto');
            const reflection = new (load('grpc/reflection/{{version}}/reflection.proto', folder).grpc.reflection.{{version}}.ServerReflection)(authority, grpc.credentials.createInsecure());
            const ask = question => new Promise((done, failed) => { const call = reflection.ServerReflectionInfo(); call.on('data', answer => { call.end(); done(answer); }); call.on('error', failed); call.write(question); });
            const services = (await ask({ list_services: '' })).list_services_response.service.map(one => one.name);
            const files = (await ask({ file_containing_symbol: 'vitrine.tests.Echo' })).file_descriptor_response.file_descriptor_proto;
            const { FileDescriptorSet } = require('protobufjs/ext/descriptor');
            const set = FileDescriptorSet.encode({ file: files.map(bytes => require('protobufjs/ext/descriptor').FileDescriptorProto.decode(bytes)) }).finish();
            const learned = new (grpc.loadPackageDefinition(loader.loadFileDescriptorSetFromBuffer(Buffer.from(set))).vitrine.tests.Echo)(authority, grpc.credentials.createInsecure());
            learned.Say({ text: 'learned' }, (error, word) => { print({ services, text: error ? error.message : word.text }); learned.close(); reflection.close(); client.close(); });
            """);
        Assert.Equal("learned", result.GetProperty("text").GetString());
        Assert.Equal(["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection", "vitrine.tests.Echo"], result.GetProperty("services").EnumerateArray().Select(one => one.GetString()!));
    }
}
