using Vitrine.Agent.Gate;
using Vitrine.Doors.Tests.Support;

namespace Vitrine.Agent.Tests.Gate;

/// <summary>A gate whose pages are behind a prefix: Go's paths are unknown paths, on the wire and inside.</summary>
public sealed class HiddenGateTests : IDisposable
{
    const int Attempts = 3;

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vitrine-gate-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("\"shop\": { \"Forward\": \"http://127.0.0.1:9\" }", false), InlineData("\"shop\": { \"Forward\": \"http://127.0.0.1:9\" }, \"cart\": { \"Forward\": \"http://127.0.0.1:9\" }", true)]
    public async Task DefaultPath_IsOneOfTheUnknownPaths_ByteForByte_AndTakesNoOtherRoute(string upstreams, bool withGrpc)
    {
        using TokenIssuer issuer = new(), stranger = new();
        var (keys, audit) = (Path.Combine(_folder.FullName, "keys.pem"), Path.Combine(_folder.FullName, "audit.log"));
        File.WriteAllText(keys, issuer.PublicKey);
        var file = Path.Combine(_folder.FullName, "gate.json");
        File.WriteAllText(file, $$"""
            {
              "Listeners": [ { "Address": "127.0.0.1:0" } ], "Upstreams": { {{upstreams}} }, "Prefix": "{{HiddenPaths.Prefix}}", "Grpc": {{(withGrpc ? "true" : "false")}},
              "Guard": {
                "Identity": { "Jwt": { "Issuer": "test", "Audiences": [ "vitrine" ], "KeyFiles": [ "{{keys}}" ] } },
                "Limits": { "FailedAttemptsBurst": {{Attempts}}, "FailedAttemptsPerMinute": 1 },
                "Audit": { "File": "{{audit}}" }
              }
            }
            """);
        await using var gate = await RunningGate.Start(new GateRequest { File = file });
        var port = gate.Address.Port;
        using var matches = new EndpointMatches(port);
        var (good, bad) = (("Authorization", "Bearer " + issuer.Token("alice", "sre")), ("Authorization", "Bearer " + stranger.Token("alice", "sre")));
        var before = new FileInfo(audit).Length;

        foreach (var method in HiddenPaths.Methods)
            foreach (var headers in ((string, string)[][])[[], [good], [bad]])
            {
                var one = Assert.Single(await HiddenPaths.Answers(path => RawHttp.Http1(port, method, path, headers)));
                Assert.StartsWith("HTTP/1.1 404 ", one, StringComparison.Ordinal);
                Assert.StartsWith("headers: ", Assert.Single(await HiddenPaths.Answers(path => RawHttp.Http2(port, method, path, headers))), StringComparison.Ordinal);
            }

        Assert.Empty(matches.Paths);
        Assert.Equal(before, new FileInfo(audit).Length);
        var pages = (withGrpc ? "/shop" : "") + HiddenPaths.Prefix;
        for (var i = 0; i < Attempts; i++) Assert.StartsWith("HTTP/1.1 401 ", await RawHttp.Http1(port, "GET", pages + (i switch { 0 => "heap", 1 => "metrics", _ => "vars" }), bad), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 429 ", await RawHttp.Http1(port, "GET", pages, bad), StringComparison.Ordinal);
        Assert.Equal(Attempts + 1, matches.Paths.Count);
        Assert.True(new FileInfo(audit).Length > before);
    }

    [Theory]
    [InlineData("\"shop\": { \"Forward\": \"http://127.0.0.1:9\" }"), InlineData("\"shop\": { \"Forward\": \"http://127.0.0.1:9\" }, \"cart\": { \"Forward\": \"http://127.0.0.1:9\" }")]
    public async Task Service_ThatThereIsNot_IsAnsweredAsOneThatThereIs_ToWhoIsNotLetIn(string upstreams)
    {
        using TokenIssuer issuer = new(), stranger = new();
        var keys = Path.Combine(_folder.FullName, "keys.pem");
        File.WriteAllText(keys, issuer.PublicKey);
        var file = Path.Combine(_folder.FullName, "gate.json");
        File.WriteAllText(file, $$"""
            {
              "Listeners": [ { "Address": "127.0.0.1:0" } ], "Upstreams": { {{upstreams}} },
              "Guard": { "Identity": { "Jwt": { "Issuer": "test", "Audiences": [ "vitrine" ], "KeyFiles": [ "{{keys}}" ] } }, "Limits": { "FailedAttemptsBurst": 1000000 } }
            }
            """);
        await using var gate = await RunningGate.Start(new GateRequest { File = file });
        var port = gate.Address.Port;
        var (good, bad) = (("Authorization", "Bearer " + issuer.Token("alice", "sre")), ("Authorization", "Bearer " + stranger.Token("alice", "sre")));

        foreach (var method in HiddenPaths.Methods)
            foreach (var page in (string[])["/debug/pprof", "/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/nothing", "/debug/pprof/switches", "/metrics", "/debug/vars"])
                foreach (var headers in ((string, string)[][])[[], [bad]])
                {
                    var answer = await RawHttp.Http1(port, method, "/shop" + page, headers);
                    Assert.StartsWith("HTTP/1.1 401 ", answer, StringComparison.Ordinal);
                    Assert.Equal(answer, await RawHttp.Http1(port, method, "/nobody" + page, headers));
                    Assert.Equal(await RawHttp.Http2(port, method, "/shop" + page, headers), await RawHttp.Http2(port, method, "/nobody" + page, headers));
                }
        // Who may look is told.
        Assert.StartsWith("HTTP/1.1 404 ", await RawHttp.Http1(port, "GET", "/nobody/debug/pprof/heap", good), StringComparison.Ordinal);
        Assert.Contains("Unknown service", await RawHttp.Http1(port, "GET", "/nobody/debug/pprof/", good), StringComparison.Ordinal);
    }
}
