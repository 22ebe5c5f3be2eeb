using System.Net;
using System.Text;
using Vitrine.Agent.Gate;

namespace Vitrine.Agent.Tests.Gate;

/// <summary>Go's execution trace, which cannot be redacted, at the gate.</summary>
public sealed class GateTraceTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vitrine-gate-trace-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Get_OfATrace_NeedsThePermissionForRawAnswersAndAsksNobodyWithoutIt()
    {
        using var service = IndiscreetService.Start();
        using var issuer = new TokenIssuer();
        await using var gate = await RunningGate.Start(new GateRequest { File = Settings(service, issuer) });
        using var sre = gate.NewClient(token: issuer.Token("alice", "sre"));
        using var perf = gate.NewClient(token: issuer.Token("bob", "perf"));
        using var forensics = gate.NewClient(token: issuer.Token("carol", "forensics"));

        Assert.Equal((HttpStatusCode.Forbidden, "trace is a format from which secrets cannot be taken out: ask with raw=1, for which the permission pprof:raw:trace is needed.\n"), await Get(sre, "/debug/pprof/trace?seconds=1"));
        Assert.Equal((HttpStatusCode.Forbidden, "You are not permitted to see this without redaction.\n"), await Get(sre, "/debug/pprof/trace?seconds=1&raw=1"));
        Assert.Equal((HttpStatusCode.Forbidden, "You are not permitted to look at this.\n"), await Get(perf, "/debug/pprof/trace?seconds=1&raw=1"));
        // Also who may have it must say that he wants it as it is.
        Assert.Equal(HttpStatusCode.Forbidden, (await Get(forensics, "/debug/pprof/trace?seconds=1")).Status);
        using var trace = await forensics.GetAsync("/debug/pprof/trace?seconds=1&raw=1");
        Assert.Equal(HttpStatusCode.OK, trace.StatusCode);
        Assert.Equal("forwarded", Assert.Single(trace.Headers.GetValues("Vitrine-Source")));
        Assert.Matches(@"^go 1\.\d+ trace\0", Encoding.Latin1.GetString((await trace.Content.ReadAsByteArrayAsync()).AsSpan(0, 16)));
    }

    [Fact]
    public async Task Get_OfATraceThatIsRefused_DoesNotReachTheService()
    {
        await using var service = Forwarding.RawServer.Sending("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
        await using var gate = await RunningGate.Start(new GateRequest { Forward = service.Address });

        foreach (var query in (string[])["", "?seconds=1", "?seconds=1&raw=1", "?debug=1"])
            Assert.Equal(HttpStatusCode.Forbidden, (await Get(gate.Client, $"/debug/pprof/trace{query}")).Status);

        Assert.Empty(service.Requests);
    }

    static async Task<(HttpStatusCode Status, string Text)> Get(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    string Settings(IndiscreetService service, TokenIssuer issuer)
    {
        var (keys, file) = (Path.Combine(_folder.FullName, "keys.pem"), Path.Combine(_folder.FullName, "gate.json"));
        File.WriteAllText(keys, issuer.PublicKey);
        File.WriteAllText(file, $$"""
            {
              "Listeners": [ { "Address": "127.0.0.1:0" } ],
              "Upstreams": { "shop": { "Forward": "{{service.Address}}" } },
              "Guard": {
                "Identity": { "Jwt": { "Issuer": "test", "Audiences": [ "vitrine" ], "KeyFiles": [ "{{keys}}" ] } },
                "Policy": { "Roles": { "forensics": [ "pprof:read:trace", "pprof:raw:trace" ] } }
              }
            }
            """);
        return file;
    }
}
