using System.Net;
using Vitrine.Agent.Gate;
using Vitrine.Agent.Gate.Configuration;
using Vitrine.Agent.Tests.Gate.Forwarding;

namespace Vitrine.Agent.Tests.Gate;

/// <summary>Several services behind one gate, and callers who may see some of them.</summary>
public sealed class GateServicesTests : IDisposable
{
    static readonly string[] s_pages = ["debug/pprof/", "debug/pprof/heap", "debug/pprof/goroutine?debug=2", "debug/pprof/profile?seconds=1", "debug/pprof/trace?raw=1", "debug/pprof/cmdline", "debug/pprof/nothing", "metrics", "debug/vars", "debug/pprof/switches"];

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vitrine-gate-services-");
    readonly TokenIssuer _issuer = new();

    public void Dispose()
    {
        _issuer.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Get_AtAServiceWithoutAnyRight_IsAnsweredAsWhereThereIsNone()
    {
        await using var service = RawServer.Sending("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
        await using var gate = await RunningGate.Start(new GateRequest { File = Settings(service, "pprof:read:*@shop", "vars:read:*@shop") });
        using var team = gate.NewClient(token: _issuer.Token("alice", "team"));

        Assert.Equal(HttpStatusCode.OK, (await Get(team, "/shop/debug/vars")).Status);
        foreach (var page in s_pages)
        {
            foreach (var client in (HttpClient[])[team, gate.Client])
            {
                var (there, nowhere) = (await Get(client, $"/cart/{page}"), await Get(client, $"/none/{page}"));
                Assert.Equal(there, nowhere);
                Assert.Equal(client == team ? HttpStatusCode.Forbidden : HttpStatusCode.Unauthorized, there.Status);
            }
        }
        // Of the service nothing was asked but the one page.
        Assert.Single(service.Requests);
    }

    [Fact]
    public async Task Get_OfTheIndex_HasWhatTheCallerMaySeeThere()
    {
        await using var service = RawServer.Sending("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
        await using var gate = await RunningGate.Start(new GateRequest { File = Settings(service, "pprof:read:index", "pprof:read:heap@shop", "pprof:read:cpu@cart", "pprof:read:mutex") });
        using var team = gate.NewClient(token: _issuer.Token("alice", "team"));

        var (shop, cart) = ((await Get(team, "/shop/debug/pprof/")).Text, (await Get(team, "/cart/debug/pprof/")).Text);

        Assert.Equal(["heap", "mutex"], Names(shop));
        Assert.Equal(["mutex", "profile"], Names(cart));

        static IEnumerable<string> Names(string page) => page.Split("<a href=\"").Skip(1).Select(static one => one[..one.IndexOf('?', StringComparison.Ordinal)]);
    }

    [Fact]
    public async Task Reload_OfPermissions_HoldsForTheNextLook()
    {
        await using var service = RawServer.Sending("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
        var file = Settings(service, "vars:read:*@shop");
        await using var gate = await RunningGate.Start(new GateRequest { File = file });
        using var team = gate.NewClient(token: _issuer.Token("alice", "team"));
        Assert.Equal(HttpStatusCode.Forbidden, (await Get(team, "/cart/debug/vars")).Status);

        Settings(service, "vars:read:*@cart");
        await gate.AwaitSaid("settings read again");

        Assert.Equal(HttpStatusCode.OK, (await Get(team, "/cart/debug/vars")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await Get(team, "/shop/debug/vars")).Status);
    }

    [Fact]
    public async Task Start_WithAPermissionForAServiceThatThereIsNot_IsRefusedWithItsKey()
    {
        await using var service = RawServer.Sending("");

        var refused = Assert.Throws<GateSettingsException>(new GateRequest { File = Settings(service, "pprof:read:index", "pprof:read:*@shpo") }.Options);

        Assert.Equal("Guard:Policy:Roles:team:1: there is no service shpo; there are cart, shop.", Assert.Single(refused.Problems));
    }

    [Theory]
    [InlineData("/shop/", "/metrics", "/debug/vars", true)]
    [InlineData("/shop/debug/", "/metrics", "/debug/vars", true)]
    [InlineData("/shop/", "", "/debug/vars", false)]
    [InlineData("/shop/pprof/", "/metrics", "/debug/vars", false)]
    [InlineData("/debug/pprof/", "/metrics", "/debug/vars", false)]
    public void Check_OfAServiceWhosePagesWouldBeBelowThePrefix_SaysSo(string prefix, string metrics, string vars, bool isRefused)
    {
        var options = new GateOptions { Prefix = prefix, MetricsPath = metrics, VarsPath = vars };
        options.Upstreams["shop"] = new() { Pid = 1 };
        options.Listeners.Add(new() { Address = "127.0.0.1:0" });

        var problems = Record.Exception(() => GateSettings.Check(options, "test")) is GateSettingsException e ? e.Problems : [];

        Assert.Equal(isRefused ? ["Upstreams:shop"] : [], problems.Select(static one => one[..one.IndexOf(": ", StringComparison.Ordinal)]));
    }

    static async Task<(HttpStatusCode Status, string Headers, string Text)> Get(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path);
        var headers = answer.Headers.Concat(answer.Content.Headers).Where(static one => one.Key != "Date").Select(static one => $"{one.Key}: {string.Join(", ", one.Value)}");
        return (answer.StatusCode, string.Join('\n', headers), await answer.Content.ReadAsStringAsync());
    }

    /// <summary>A gate of two services, and the permissions of the role "team".</summary>
    string Settings(RawServer service, params string[] permissions)
    {
        var (keys, file) = (Path.Combine(_folder.FullName, "keys.pem"), Path.Combine(_folder.FullName, "gate.json"));
        File.WriteAllText(keys, _issuer.PublicKey);
        File.WriteAllText(file + ".new", $$"""
            {
              "Listeners": [ { "Address": "127.0.0.1:0" } ],
              "Upstreams": { "shop": { "PidFile": "/nonexistent", "Forward": "{{service.Address}}" }, "cart": { "PidFile": "/nonexistent", "Forward": "{{service.Address}}" } },
              "Guard": {
                "Identity": { "Jwt": { "Issuer": "test", "Audiences": [ "vitrine" ], "KeyFiles": [ "{{keys}}" ] } },
                "Policy": { "Roles": { "team": [ {{string.Join(", ", permissions.Select(static one => $"\"{one}\""))}} ] } }
              }
            }
            """);
        File.Move(file + ".new", file, overwrite: true);
        return file;
    }
}
