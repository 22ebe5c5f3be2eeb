using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Vitrine.Agent.Gate;
using Vitrine.Agent.Gate.Configuration;
using Vitrine.Agent.Gate.Listening;
using Vitrine.Agent.Tests.Gate.Forwarding;

namespace Vitrine.Agent.Tests.Gate;

/// <summary>What a gate does with settings that change, are wrong, or lie behind a link; and its pages at every door.</summary>
public sealed class GateReloadTests : IDisposable
{
    const string Vars = "{\n\"cmdline\": [\"shop\",\"--password\",\"hunter2\"],\n\"memstats\": {\"Sys\": 1},\n\"requests\": 7\n}\n";

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vitrine-reload-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Reload_OfValuesThatCannotBe_KeepsTheOldAndGoesOnWatching()
    {
        await using var service = Sending(Vars);
        var file = Write("gate.json", Settings(service, "shop"));
        await using var gate = await RunningGate.Start(new GateRequest { File = file });

        foreach (var (broken, key) in ((string, string)[])[("\"Upstreams\": { \"a\": null }", "Upstreams"), ("\"Grpc\": [ 1 ]", ""), ("\"Grpc\": \"perhaps\"", "Grpc"), ("\"Prefix\": { \"a\": 1 }", ""), ("\"Listeners\": [ null ]", "Upstreams")])
        {
            var count = Count(gate.Said);
            Write("gate.json", $"{{ {broken} }}");
            await Until(() => Count(gate.Said) > count);
            Assert.True(gate.Said.Contains(key, StringComparison.Ordinal), $"{key}: {gate.Said}");
            Assert.Equal(HttpStatusCode.OK, await StatusOf(gate.Client, "/shop/debug/vars"));
        }

        Write("gate.json", Settings(service, "shop", "cart"));
        await Until(() => gate.Server.Shown.Count == 2);
        Assert.Equal(HttpStatusCode.OK, await StatusOf(gate.Client, "/cart/debug/vars"));

        static int Count(string said) => said.Split("Those of before stay in force").Length;
    }

    [Fact]
    public async Task Reload_WithAFailureThatNobodyExpected_IsSaidAndTheNextOneCounts()
    {
        await using var service = Sending(Vars);
        var file = Write("gate.json", Settings(service, "shop"));
        var request = new GateRequest { File = file };
        var isBroken = false;
        await using var gate = await RunningGate.Start(() => isBroken ? throw new NullReferenceException("of a test") : request.Options(), file);

        isBroken = true;
        await gate.Server.Reload(isAsked: true);
        Assert.Contains("NullReferenceException: of a test", gate.Said, StringComparison.Ordinal);
        isBroken = false;
        Write("gate.json", Settings(service, "shop", "cart"));

        await Until(() => gate.Server.Shown.Count == 2);
    }

    [Fact]
    public void Check_OfNulls_NamesTheKeys()
    {
        var options = new GateOptions { Prefix = null!, Socket = new() { Path = null!, Mode = null!, Group = null! }, Guard = null! };
        options.Upstreams["a"] = null!;
        options.Listeners.Add(null!);

        var problems = string.Join('\n', Assert.Throws<GateSettingsException>(() => GateSettings.Check(options, "test")).Problems);

        foreach (var key in (string[])["Prefix is null", "Socket:Path", "Socket:Mode", "Socket:Group", "Guard is null", "Upstreams:a is null", "Listeners:0:Address"])
            Assert.Contains(key, problems, StringComparison.Ordinal);
    }

    [Fact]
    public void Refresh_AfterAFailure_TriesAgainThoughNothingSeemsToHaveChanged()
    {
        var (file, time) = (Path.Combine(_folder.FullName, "tls.pem"), DateTime.UtcNow.AddHours(-1));
        void Put(string text)
        {
            File.WriteAllText(file, text);
            File.SetLastWriteTimeUtc(file, time);
        }
        var (one, two) = (Pem("one"), Pem("two"));
        Put(one);
        List<string> said = [];
        var certificate = new CertificateFiles(file, null, said.Add);

        time = time.AddMinutes(1);
        Put(new string('x', two.Length));
        certificate.Refresh();
        certificate.Refresh();
        Assert.Contains("stays", Assert.Single(said), StringComparison.Ordinal);
        Put(two);
        certificate.Refresh();

        Assert.Equal("CN=two", certificate.Current.TargetCertificate.Subject);
    }

    static string Pem(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return $"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n";
    }

    [Fact]
    public async Task Reload_BehindALinkThatIsExchanged_IsNoticed()
    {
        await using var service = Sending(Vars);
        foreach (var (folder, name) in ((string, string)[])[("one", "aaaa"), ("two", "bbbb")])
        {
            Directory.CreateDirectory(Path.Combine(_folder.FullName, folder));
            Write(Path.Combine(folder, "gate.json"), Settings(service, name));
        }
        var (data, file) = (Path.Combine(_folder.FullName, "..data"), Path.Combine(_folder.FullName, "gate.json"));
        Directory.CreateSymbolicLink(data, "one");
        File.CreateSymbolicLink(file, Path.Combine("..data", "gate.json"));
        await using var gate = await RunningGate.Start(new GateRequest { File = file });

        Directory.Delete(data);
        Directory.CreateSymbolicLink(data, "two");

        await Until(() => gate.Server.Shown[0].Name == "bbbb");
    }

    [Fact]
    public async Task Get_OverTheSocket_HasThePagesOfTheOtherDoors()
    {
        await using var service = Sending(Vars);
        var socket = Path.Combine(_folder.FullName, "gate.sock");
        string Of(params string[] names) => Settings(service, names).Replace("{ \"Listeners\"", $$"""{ "MetricsPath": "", "Socket": { "Path": "{{socket}}" }, "Listeners" """.TrimEnd(), StringComparison.Ordinal);
        var file = Write("gate.json", Of("shop"));
        await using var gate = await RunningGate.Start(new GateRequest { File = file });
        using var client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, end) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), end);
                return new NetworkStream(connection, ownsSocket: true);
            },
        })
        { BaseAddress = new("http://x") };

        Assert.Equal(HttpStatusCode.OK, await StatusOf(client, "/debug/vars"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusOf(client, "/metrics"));
        Write("gate.json", Of("shop", "cart"));
        await Until(() => gate.Server.Shown.Count == 2);
        Assert.Equal(HttpStatusCode.OK, await StatusOf(client, "/cart/debug/vars"));
    }

    [Fact]
    public async Task Get_OfExpvar_LeavesTheCommandLineOutAndAsksOnceForAll()
    {
        await using var service = Sending(Vars);
        await using var gate = await RunningGate.Start(new GateRequest { File = Write("gate.json", Settings(service, "shop")) });

        var pages = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => gate.Client.GetStringAsync("/debug/vars")));

        Assert.All(pages, page =>
        {
            using var json = System.Text.Json.JsonDocument.Parse(page);
            Assert.Equal(["memstats", "requests"], json.RootElement.EnumerateObject().Select(one => one.Name));
        });
        Assert.InRange(service.Requests.Count, 1, 9);
    }

    [Fact]
    public async Task Options_WithQuietAndNoAuditLog_AreRefused()
    {
        await using var service = Sending(Vars);
        var request = new GateRequest { Forward = service.Address, IsQuiet = true };

        Assert.Contains("--audit-log", Assert.Throws<GateSettingsException>(request.Options).Message, StringComparison.Ordinal);
        Assert.Equal("/tmp/audit.log", (request with { AuditLog = "/tmp/audit.log" }).Options().Guard.Audit.File);
    }

    static RawServer Sending(string json) => RawServer.Sending($"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {Encoding.UTF8.GetByteCount(json)}\r\n\r\n{json}");

    static string Settings(RawServer service, params string[] names) =>
        $$"""{ "Listeners": [ { "Address": "127.0.0.1:0" } ], "Upstreams": { {{string.Join(", ", names.Select(name => $$""" "{{name}}": { "Forward": "{{service.Address}}" } """))}} } }""";

    string Write(string name, string json)
    {
        var file = Path.Combine(_folder.FullName, name);
        File.WriteAllText(file + ".new", json);
        File.Move(file + ".new", file, overwrite: true);
        return file;
    }

    static async Task<HttpStatusCode> StatusOf(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return answer.StatusCode;
    }

    static async Task Until(Func<bool> condition)
    {
        for (var tries = 0; !condition(); tries++)
        {
            Assert.True(tries < 2000, "it did not happen in time");
            await Task.Delay(10);
        }
    }
}
