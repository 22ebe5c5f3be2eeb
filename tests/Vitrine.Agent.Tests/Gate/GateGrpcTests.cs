using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Vitrine.Agent.Gate;
using Vitrine.Grpc;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Gate;

/// <summary>The gate with gRPC beside its other doors, asked by a client that nobody here wrote.</summary>
public sealed class GateGrpcTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vitrine-gate-grpc-");

    public void Dispose() => _folder.Delete(recursive: true);

    // The .proto files of the standard services are those that others publish.
    const string Head = """
        const path = require('path'), grpc = require('@grpc/grpc-js'), loader = require('@grpc/proto-loader');
        const authority = process.argv[2], insecure = grpc.credentials.createInsecure();
        const load = (file, ...folders) => grpc.loadPackageDefinition(loader.loadSync(file, { includeDirs: folders, keepCase: true, longs: Number, defaults: true, enums: String, oneofs: true }));
        const looks = new (load('vitrine/v1/looks.proto', 'src/Vitrine.Doors/Grpc/Protos').vitrine.v1.Looks)(authority, insecure);
        const unary = (client, method, request) => new Promise(done => client[method](request, (error, value) => done(error ? { code: error.code, details: error.details } : value)));
        const print = value => console.log(JSON.stringify(value));
        """;

    static async Task<JsonElement> Run(RunningGate gate, string script) =>
        JsonDocument.Parse(await GrpcJs.Run($"{Head}\n(async () => {{\n{script}\n}})().catch(error => {{ console.error(error); process.exit(1); }});", gate.Address.Authority)).RootElement;

    [Fact]
    public async Task Take_OfAPageThatStays_HasTheBytesOfEveryOtherDoor()
    {
        using var process = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "bare"));
        var socket = Path.Combine(_folder.FullName, "gate.sock");
        await using var gate = await RunningGate.Start(new GateRequest { Target = process.Pid.ToString(CultureInfo.InvariantCulture), HasGrpc = true, Socket = socket, Doors = ["127.0.0.1:0"] });

        var taken = await Run(gate, """
            const taken = await unary(looks, 'Take', { name: 'cmdline' });
            print({ service: taken.head.service, type: taken.head.media_type, bytes: taken.content.toString('base64') }); looks.close();
            """);
        using var http2 = gate.NewClient(HttpVersion.Version20);

        var bytes = taken.GetProperty("bytes").GetBytesFromBase64();
        Assert.Equal(File.ReadAllText($"/proc/{process.Pid}/cmdline").TrimEnd('\0'), Encoding.UTF8.GetString(bytes));
        Assert.Equal("text/plain; charset=utf-8", taken.GetProperty("type").GetString());
        Assert.Equal(Assert.Single(gate.Server.Shown).Name, taken.GetProperty("service").GetString());
        Assert.Equal(bytes, await gate.Client.GetByteArrayAsync("/debug/pprof/cmdline"));
        Assert.Equal(bytes, await http2.GetByteArrayAsync("/debug/pprof/cmdline"));
        Assert.Equal(bytes, await RunningGate.Line(socket, "cmdline"));
    }

    [Fact]
    public async Task Health_OfTheStockProto_SaysThatTheDoorIsOpen()
    {
        using var process = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "bare"));
        await using var gate = await RunningGate.Start(Of(process));

        var said = await Run(gate, """
            const health = new (load(require('grpc-health-check').protoPath).grpc.health.v1.Health)(authority, insecure);
            const check = async service => { const answer = await unary(health, 'Check', { service }); return answer.status ?? answer.code; };
            print([await check(''), await check('vitrine.v1.Looks'), await check('vitrine.v1.Switches'), await check('other')]); health.close(); looks.close();
            """);

        Assert.Equal("""["SERVING","SERVING","SERVING",5]""", said.GetRawText());
    }

    [Fact]
    public async Task Reflection_OfTheStockProto_ListsWhatThereIsAndIsEnoughToLook()
    {
        using var process = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "bare"));
        await using var gate = await RunningGate.Start(Of(process));

        var said = await Run(gate, """
            const folder = path.join(path.dirname(require.resolve('@grpc/reflection/package.json')), 'build', 'proto');
            const reflection = new (load('grpc/reflection/v1/reflection.proto', folder).grpc.reflection.v1.ServerReflection)(authority, insecure);
            const ask = question => new Promise((done, failed) => { const call = reflection.ServerReflectionInfo(); call.on('data', answer => { call.end(); done(answer); }); call.on('error', failed); call.write(question); });
            const services = (await ask({ list_services: '' })).list_services_response.service.map(one => one.name);
            const { FileDescriptorSet, FileDescriptorProto } = require('protobufjs/ext/descriptor');
            // What the files need comes with them or is asked for by name, as grpcurl does.
            const files = new Map();
            const take = async question => { for (const bytes of (await ask(question)).file_descriptor_response.file_descriptor_proto) { const file = FileDescriptorProto.decode(bytes); files.set(file.name, file); } };
            await take({ file_containing_symbol: 'vitrine.v1.Looks' });
            for (let missing; missing = [...files.values()].flatMap(file => file.dependency).find(name => !files.has(name));) await take({ file_by_filename: missing });
            const set = FileDescriptorSet.encode({ file: [...files.values()] }).finish();
            const learned = new (grpc.loadPackageDefinition(loader.loadFileDescriptorSetFromBuffer(Buffer.from(set))).vitrine.v1.Looks)(authority, insecure);
            const taken = await unary(learned, 'Take', { name: 'cmdline' });
            print({ services, text: taken.content?.toString() ?? taken.details }); learned.close(); reflection.close(); looks.close();
            """);

        Assert.Equal(["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection", "vitrine.v1.Looks", "vitrine.v1.Switches"], said.GetProperty("services").EnumerateArray().Select(static one => one.GetString()));
        Assert.Equal(await gate.Client.GetStringAsync("/debug/pprof/cmdline"), said.GetProperty("text").GetString());
    }

    [Fact]
    public async Task Take_WithoutGrpc_IsNotThere()
    {
        using var process = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "bare"));
        await using var gate = await RunningGate.Start(Of(process) with { HasGrpc = false });

        var said = await Run(gate, "print(await unary(looks, 'Take', { name: 'cmdline' })); looks.close();");

        Assert.Equal((int)GrpcStatusCode.Unimplemented, said.GetProperty("code").GetInt32());
    }

    static GateRequest Of(SampleProcess process) => new() { Target = process.Pid.ToString(CultureInfo.InvariantCulture), HasGrpc = true };
}
