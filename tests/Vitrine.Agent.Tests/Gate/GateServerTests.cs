using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Vitrine.Agent.Gate;
using Vitrine.Agent.Gate.Configuration;
using Vitrine.Pprof.Wire;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Gate;

/// <summary>The gate in front of real Go programs.</summary>
public sealed class GateServerTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vitrine-gate-");

    public void Dispose() => _folder.Delete(recursive: true);

    [FullRunOnly("Debian servers")]
    [Fact]
    public async Task Get_InFrontOfPrometheus_IsAProtectedPprof()
    {
        using var server = DebianServer.Start("prometheus");
        await using var gate = await RunningGate.Start(new GateRequest { Forward = server.Address.ToString() });

        foreach (var (path, source) in ((string, string)[])[("heap", "outside"), ("goroutine", "outside"), ("threadcreate", "forwarded"), ("profile?seconds=1", "outside")])
        {
            using var answer = await gate.Client.GetAsync($"/debug/pprof/{path}");
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Equal(source, Assert.Single(answer.Headers.GetValues("Vitrine-Source")));
            Assert.NotEmpty(ProfileReader.Read(await answer.Content.ReadAsStreamAsync()).SampleTypes);
        }
        foreach (var path in (string[])["/metrics", "/debug/pprof/cmdline"])
        {
            using var answer = await gate.Client.GetAsync(path);
            Assert.Equal("outside", Assert.Single(answer.Headers.GetValues("Vitrine-Source")));
        }
        Assert.Contains("net/http.(*Server).Serve(", await gate.Client.GetStringAsync("/debug/pprof/goroutine?debug=2"), StringComparison.Ordinal);
        Assert.Contains("prometheus\0--config.file", await gate.Client.GetStringAsync("/debug/pprof/cmdline"), StringComparison.Ordinal);
        Assert.Contains("go_gc_heap_allocs_bytes_total ", await gate.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
        Assert.Contains("threadcreate", await gate.Client.GetStringAsync("/debug/pprof/"), StringComparison.Ordinal);
        Assert.Contains(server.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture), string.Join('\n', GateIntroduction.Of(gate.Server, new GateOptions())), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_InFrontOfAServiceWithoutPprof_IsOneToo()
    {
        using var process = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "faulty"));
        await using var gate = await RunningGate.Start(Of(process));

        Assert.NotEmpty(ProfileReader.Read(await gate.Client.GetStreamAsync("/debug/pprof/heap")).Samples);
        Assert.Contains("goroutine 1 [", await gate.Client.GetStringAsync("/debug/pprof/goroutine?debug=2"), StringComparison.Ordinal);
        Assert.Contains("go_goroutines ", await gate.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
        using var trace = await gate.Client.GetAsync("/debug/pprof/trace?seconds=1");
        Assert.Equal(HttpStatusCode.NotFound, trace.StatusCode);
    }

    [Fact]
    public async Task Get_ByGoToolPprof_IsAProfile()
    {
        using var process = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "faulty"));
        await using var gate = await RunningGate.Start(Of(process));
        var toolchain = GoToolchain.Require(GoToolchain.Newest);
        var start = new System.Diagnostics.ProcessStartInfo(toolchain.Go, ["tool", "pprof", "-top", "-symbolize=none", $"{gate.Address}debug/pprof/goroutine"]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in toolchain.Environment) start.Environment[name] = value;
        start.Environment["PPROF_TMPDIR"] = _folder.FullName;

        using var pprof = System.Diagnostics.Process.Start(start)!;
        var errors = pprof.StandardError.ReadToEndAsync();
        var output = await pprof.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(120));
        await pprof.WaitForExitAsync();

        Assert.True(pprof.ExitCode == 0, await errors);
        Assert.Contains("Type: goroutine", output, StringComparison.Ordinal);
        Assert.Contains("main.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_WithTokens_IsWhatTheRolePermits()
    {
        using var process = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "faulty"));
        using var issuer = new TokenIssuer();
        var (keys, audit) = (Path.Combine(_folder.FullName, "keys.pem"), Path.Combine(_folder.FullName, "audit.log"));
        File.WriteAllText(keys, issuer.PublicKey);
        var file = Settings($$"""
            {
              "Listeners": [ { "Address": "127.0.0.1:0" } ],
              "Upstreams": { "faulty": { "Pid": {{process.Pid}} } },
              "Guard": { "Identity": { "Jwt": { "Issuer": "test", "Audiences": [ "vitrine" ], "KeyFiles": [ "{{keys}}" ] } }, "Audit": { "File": "{{audit}}" } }
            }
            """);
        await using var gate = await RunningGate.Start(new GateRequest { File = file });
        using var sre = gate.NewClient(token: issuer.Token("alice", "sre"));
        using var perf = gate.NewClient(token: issuer.Token("bob", "perf"));

        async Task<HttpStatusCode> Status(HttpClient client, string path)
        {
            using var answer = await client.GetAsync(path);
            return answer.StatusCode;
        }
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(gate.Client, "/debug/pprof/heap"));
        Assert.Equal(HttpStatusCode.OK, await Status(sre, "/debug/pprof/heap"));
        Assert.Equal(HttpStatusCode.OK, await Status(sre, "/debug/pprof/cmdline"));
        Assert.Equal(HttpStatusCode.OK, await Status(perf, "/debug/pprof/heap"));
        Assert.Equal(HttpStatusCode.Forbidden, await Status(perf, "/debug/pprof/cmdline"));
        var lines = File.ReadAllLines(audit);
        Assert.Contains(lines, line => line.Contains("\"alice\"", StringComparison.Ordinal) && line.Contains("heap", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("refused", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Get_OfAServiceThatEndsAndComesBack_IsAnErrorAndThenAnAnswer()
    {
        var fixture = GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "faulty");
        var pid = Path.Combine(_folder.FullName, "pid");
        await using var gate = await RunningGate.Start(new GateRequest { PidFile = pid });

        using (var none = await gate.Client.GetAsync("/debug/pprof/heap"))
            Assert.Equal(HttpStatusCode.BadGateway, none.StatusCode);
        for (var time = 0; time < 2; time++)
        {
            using var process = SampleProcess.Start(fixture);
            File.WriteAllText(pid, process.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture));
            await Await(gate.Client, "/debug/pprof/heap", HttpStatusCode.OK);
            process.Kill();
            await Await(gate.Client, "/debug/pprof/heap", HttpStatusCode.BadGateway);
        }
    }

    [Fact]
    public async Task Get_OverEveryVersionOfHttp_IsTheSame()
    {
        using var process = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "bare"));
        var (certificate, key) = WriteCertificate("one");
        await using var plain = await RunningGate.Start(Of(process));
        await using var secure = await RunningGate.Start(Of(process) with { Certificate = certificate, Key = key });

        foreach (var gate in (RunningGate[])[plain, secure])
        {
            foreach (var version in (Version[])[HttpVersion.Version11, HttpVersion.Version20])
            {
                using var client = gate.NewClient(version);
                using var answer = await client.GetAsync("/debug/pprof/cmdline");
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Assert.Equal(version, answer.Version);
            }
        }
        Assert.Equal("CN=one", secure.SeenCertificate);
    }

    [Fact]
    public async Task Reload_OfANewCertificate_IsForNewConnections()
    {
        using var process = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "bare"));
        var (certificate, key) = WriteCertificate("one");
        await using var gate = await RunningGate.Start(Of(process) with { Certificate = certificate, Key = key });
        await gate.Client.GetStringAsync("/debug/pprof/cmdline");
        Assert.Equal("CN=one", gate.SeenCertificate);

        // Somebody renews it: nobody tells the gate.
        WriteCertificate("two");
        await gate.AwaitSaid("CN=two");
        using (var another = gate.NewClient()) await another.GetStringAsync("/debug/pprof/cmdline");
        Assert.Equal("CN=two", gate.SeenCertificate);

        // Rubbish: the one of before stays. The old connection has lived through all of it.
        File.WriteAllText(certificate, "rubbish");
        await gate.AwaitSaid("the one of before stays");
        using (var another = gate.NewClient()) await another.GetStringAsync("/debug/pprof/cmdline");
        Assert.Equal("CN=two", gate.SeenCertificate);
        await gate.Client.GetStringAsync("/debug/pprof/cmdline");
    }

    [Fact]
    public async Task Reload_OfTheSettings_KeepsConnectionsAndLooks()
    {
        using var process = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "faulty"));
        string Of(params string[] names) => $$"""{ "Listeners": [ { "Address": "127.0.0.1:0" } ], "Upstreams": { {{string.Join(", ", names.Select(name => $$"""  "{{name}}": { "Pid": {{process.Pid}} } """))}} } }""";
        var file = Settings(Of("one"));
        await using var gate = await RunningGate.Start(new GateRequest { File = file });
        var looking = gate.Client.GetAsync("/one/debug/pprof/offcpu?seconds=3");
        await gate.AwaitSaid("Look begun");

        Settings(Of("one", "two"));
        await gate.AwaitSaid("settings read again");
        Assert.Equal(HttpStatusCode.OK, await StatusOf(gate.Client, "/two/debug/pprof/heap"));
        // With two of them none is the only one.
        Assert.Equal(HttpStatusCode.NotFound, await StatusOf(gate.Client, "/debug/pprof/heap"));
        using (var looked = await looking) Assert.Equal(HttpStatusCode.OK, looked.StatusCode);

        // Settings that are wrong change nothing.
        Settings("""{ "Upstreams": { }, "Listners": [] }""");
        await gate.AwaitSaid("Those of before stay in force");
        Assert.Equal(HttpStatusCode.OK, await StatusOf(gate.Client, "/two/debug/pprof/heap"));
    }

    [Fact]
    public async Task Get_ByAThousandAtOnce_IsBoundedAndAnswered()
    {
        using var process = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "faulty"));
        await using var gate = await RunningGate.Start(Of(process));
        await gate.Client.GetStringAsync("/debug/pprof/cmdline");
        var before = GC.GetTotalMemory(forceFullCollection: true);

        var statuses = await Task.WhenAll(Enumerable.Range(0, 1000).Select(_ => StatusOf(gate.Client, "/debug/pprof/heap")));

        // A few looks at once, and the others are told to come again; nobody waits for ever, and nobody is dropped.
        Assert.All(statuses, status => Assert.True(status is HttpStatusCode.OK or HttpStatusCode.TooManyRequests, status.ToString()));
        Assert.Contains(HttpStatusCode.OK, statuses);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 256L << 20);
        await Await(gate.Client, "/debug/pprof/heap", HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("GET /debug/pprof/heap HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /debug/vars HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("GET /debug/pprof/heap HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello")]
    [InlineData("GET /debug/pprof/threadcreate?debug=1%0d%0aX-Injected:%201 HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("GET /debug/pprof/threadcreate?seconds=1%20HTTP/1.1%0d%0aHost:%20x%0d%0a%0d%0aGET%20/secret HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("GET /debug/pprof/threadcreate%2f..%2f..%2fsecret HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("GET /debug/pprof/../../secret HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("GET http://example.com/secret HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    [InlineData("GET /debug/pprof/threadcreate HTTP/1.1\r\nHost: localhost\r\nX-Token: secret\r\nConnection: X-Token\r\nCookie: secret\r\nAuthorization: Bearer secret\r\n\r\n")]
    [InlineData("POST /debug/pprof/threadcreate HTTP/1.1\r\nHost: localhost\r\nX-HTTP-Method-Override: GET\r\nContent-Length: 6\r\n\r\nsecret")]
    [InlineData("TRACE /debug/pprof/threadcreate HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    public async Task Get_ByWhoeverTriesToSmuggle_SendsNothingOfItToTheService(string request)
    {
        await using var service = Forwarding.RawServer.Sending("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nnothing");
        await using var gate = await RunningGate.Start(new GateRequest { Forward = service.Address });
        using var caller = new TcpClient();
        await caller.ConnectAsync(gate.Address.Host, gate.Address.Port);
        await using var stream = caller.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        caller.Client.Shutdown(SocketShutdown.Send);
        using var answer = new MemoryStream();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await stream.CopyToAsync(answer, patience.Token);
        }
        catch (IOException)
        {
            // Refused before all of it was read: the connection is reset.
        }

        var text = Encoding.Latin1.GetString(answer.ToArray());
        Assert.DoesNotContain("X-Injected", text.Split("\r\n\r\n")[0], StringComparison.OrdinalIgnoreCase);
        // The service was asked what the gate wrote, or nothing.
        Assert.All(service.Requests, asked => Assert.Matches(@"^GET /debug/(pprof/(threadcreate|heap)|vars) HTTP/1\.1\r\nHost: 127\.0\.0\.1:\d+\r\nUser-Agent: vitrine-gate/[^\r\n]+\r\n\r\n$", asked));
    }

    [Theory]
    [InlineData("0.0.0.0:0", "Guard:Identity:Jwt")]
    [InlineData(":0", "Guard:Identity:Jwt")]
    [InlineData("nonsense", "Address")]
    public async Task Start_WhereOthersReachItAndNobodyIsKnown_IsRefusedWithTheKey(string address, string expected)
    {
        var refused = await Assert.ThrowsAsync<GateSettingsException>(() => RunningGate.Start(new GateRequest { Target = "1", Doors = [address] }));

        Assert.Contains(expected, refused.Message, StringComparison.Ordinal);
    }

    static GateRequest Of(SampleProcess process) => new() { Target = process.Pid.ToString(System.Globalization.CultureInfo.InvariantCulture) };

    static async Task<HttpStatusCode> StatusOf(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return answer.StatusCode;
    }

    static async Task Await(HttpClient client, string path, HttpStatusCode expected)
    {
        var status = await StatusOf(client, path);
        for (var tries = 0; status != expected && tries < 200; tries++)
        {
            await Task.Delay(50);
            status = await StatusOf(client, path);
        }
        Assert.Equal(expected, status);
    }

    string Settings(string json)
    {
        var file = Path.Combine(_folder.FullName, "gate.json");
        File.WriteAllText(file + ".new", json);
        File.Move(file + ".new", file, overwrite: true);
        return file;
    }

    (string Certificate, string Key) WriteCertificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        var (file, keyFile) = (Path.Combine(_folder.FullName, "tls.crt"), Path.Combine(_folder.FullName, "tls.key"));
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(file, certificate.ExportCertificatePem());
        return (file, keyFile);
    }
}
