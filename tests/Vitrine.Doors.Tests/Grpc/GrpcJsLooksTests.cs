using System.Text.Json;
using Vitrine.Grpc;
using Vitrine.TestTargets;

namespace Vitrine.Doors.Tests.Grpc;

/// <summary>The door, with a client that nobody here wrote: @grpc/grpc-js, as npm has it.</summary>
public sealed class GrpcJsLooksTests
{
    const string Head = """
        const grpc = require('@grpc/grpc-js'), loader = require('@grpc/proto-loader');
        const load = file => grpc.loadPackageDefinition(loader.loadSync(file, { includeDirs: ['src/Vitrine.Doors/Grpc/Protos'], keepCase: true, longs: Number, defaults: true, enums: String, oneofs: true })).vitrine.v1;
        const looks = new (load('vitrine/v1/looks.proto').Looks)(process.argv[2], grpc.credentials.createInsecure());
        const unary = (client, method, request, options = {}) => new Promise(done => client[method](request, options, (error, value) => done(error ? { code: error.code, details: error.details, bin: error.metadata.get('grpc-status-details-bin').map(one => one.toString('base64')) } : value)));
        const all = call => new Promise(done => { const got = []; call.on('data', one => got.push(one)); call.on('error', () => {}); call.on('status', status => done({ got, code: status.code, details: status.details })); });
        const print = value => console.log(JSON.stringify(value));
        """;

    static async Task<JsonElement> Run(GrpcDoorServer server, string script) =>
        JsonDocument.Parse(await GrpcJs.Run($"{Head}\n(async () => {{\n{script}\n}})().catch(error => {{ console.error(error); process.exit(1); }});", server.Authority)).RootElement;

    static string Example()
    {
        var page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "guard", "grpc.md"));
        var begin = page.IndexOf("```js\n", StringComparison.Ordinal) + 6;
        return page[begin..page.IndexOf("```", begin, StringComparison.Ordinal)];
    }

    [Fact]
    public async Task Example_OfThePage_WritesTheBytesThatHttpGivesAndGoOpens()
    {
        await using var server = await GrpcDoorServer.Start(new MadeUpProfile("heap", 20_000));
        var folder = Directory.CreateTempSubdirectory("vitrine-grpc-");
        try
        {
            var file = Path.Combine(folder.FullName, "heap.pb.gz");
            var said = await GrpcJs.Run(Example(), server.Authority, file);
            var bytes = await File.ReadAllBytesAsync(file);
            Assert.Equal($"heap of self: application/octet-stream, {bytes.Length} bytes\n", said);
            Assert.Equal(await server.Http.GetByteArrayAsync("/debug/pprof/heap"), bytes);
            var report = await GoTool.Run(folder.FullName, "-top", "-nodecount=3", "-nodefraction=0", file);
            Assert.Contains("Type: inuse_space", report, StringComparison.Ordinal);
            Assert.Contains("main.f", report, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Take_OverAUnixSocketOfTheProgramItself_DoesNotKnowTheCallerByIt()
    {
        // Who connects there may be the program's proxy, whoever it speaks for.
        await using var server = await GrpcDoorServer.Start(GrpcDoorServer.Heap);
        var result = await Run(server, $$"""
            const socket = new (load('vitrine/v1/looks.proto').Looks)('unix:{{server.Socket}}', grpc.credentials.createInsecure());
            print(await unary(socket, 'Take', { name: 'heap' })); socket.close(); looks.close();
            """);
        Assert.Equal((int)GrpcStatusCode.PermissionDenied, result.GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Unary_TakeAndLists_AreUnderstood()
    {
        await using var server = await GrpcDoorServer.Start(GrpcDoorServer.Heap);
        var result = await Run(server, """
            const taken = await unary(looks, 'Take', { name: 'heap' });
            const listed = await unary(looks, 'ListInstruments', {});
            const services = await unary(looks, 'ListServices', {});
            print({ services: services.services.map(one => one.name), instruments: listed.instruments.map(one => one.name), head: taken.head, bytes: taken.content.toString('base64') }); looks.close();
            """);
        Assert.Equal("""["self"]""", result.GetProperty("services").GetRawText());
        Assert.Equal("""["cmdline","heap","symbol"]""", result.GetProperty("instruments").GetRawText());
        Assert.Equal(await server.Http.GetByteArrayAsync("/debug/pprof/heap"), result.GetProperty("bytes").GetBytesFromBase64());
    }

    [Fact]
    public async Task Watch_Measurements_ComeAsNumbers()
    {
        await using var server = await GrpcDoorServer.Start(new MadeUpFigures("memstats"));
        var result = await Run(server, "print(await all(looks.Watch({ name: 'memstats', count: 2 }))); looks.close();");
        Assert.Equal(0, result.GetProperty("code").GetInt32());
        Assert.Equal([1.0, 2.0], result.GetProperty("got").EnumerateArray().Select(one => one.GetProperty("measurements")[1].GetProperty("number").GetDouble()));
        Assert.Equal("KIND_GAUGE", result.GetProperty("got")[0].GetProperty("measurements")[0].GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Errors_OfTheGuardAndTheDesk_HaveTheirCodes()
    {
        var recorder = new MadeUpRecorder("cpu");
        await using var server = await GrpcDoorServer.Start(GrpcDoorServer.Heap, recorder, new MadeUpProfile("absent", 1) { Available = Instruments.Availability.No("not here") });
        Assert.Null(server.Guard.Switches.Set("absent", true, "the test"));
        var result = await Run(server, """
            const running = looks.TakeInParts({ name: 'profile', seconds: 20 });
            running.on('error', () => {});
            // The recording has begun when another one finds no place.
            let busy;
            do busy = await unary(looks, 'Take', { name: 'profile', seconds: 20 }, { deadline: Date.now() + 300 }); while (busy.code === 4);
            running.cancel();
            const codes = [busy.code];
            for (const request of [{ name: 'nothing' }, { name: 'heap', seconds: -1 }, { name: 'heap', raw: true }, { name: 'absent' }]) codes.push((await unary(looks, 'Take', request)).code);
            print({ codes, bin: busy.bin.length }); looks.close();
            """);
        Assert.Equal([8, 5, 3, 7, 12], result.GetProperty("codes").EnumerateArray().Select(one => one.GetInt32()));
        Assert.Equal(1, result.GetProperty("bin").GetInt32());
        Assert.True(await recorder.WasStopped.Task.WaitAsync(GrpcDoorServer.Limit));
    }

    [Fact]
    public async Task Deadline_OfTheClient_StopsTheRecording()
    {
        var recorder = new MadeUpRecorder("cpu");
        await using var server = await GrpcDoorServer.Start(recorder);
        // On a busy machine the time is over before the call has come.
        for (var deadline = 500; !await recorder.Started.WaitAsync(0); deadline *= 2)
        {
            Assert.InRange(deadline, 0, 16_000);
            var result = await Run(server, $"print(await unary(looks, 'Take', {{ name: 'profile', seconds: 20 }}, {{ deadline: Date.now() + {deadline} }})); looks.close();");
            Assert.Equal((int)GrpcStatusCode.DeadlineExceeded, result.GetProperty("code").GetInt32());
        }
        Assert.True(await recorder.WasStopped.Task.WaitAsync(GrpcDoorServer.Limit));
    }
}
