using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Vitrine.Doors.Grpc.V1;
using Vitrine.Doors.Tests.Grpc;
using Vitrine.Doors.Tests.Support;
using Vitrine.Doors.Unix;
using Vitrine.Grpc;
using Vitrine.Guard;
using Vitrine.TestTargets;

namespace Vitrine.Doors.Tests.Policy;

/// <summary>The table that people read, docs/guard/policy.md, is what every door does: each permission in it is asked for by each role at each door, over real connections with real tokens.</summary>
public sealed partial class PolicyTests : IDisposable
{
    readonly TestTokens _tokens = new();
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vitrine-policy-");

    public void Dispose()
    {
        _tokens.Dispose();
        _folder.Delete(recursive: true);
    }

    static readonly string[] s_roles = ["owner", "sre", "devops", "perf"];

    /// <summary>The table: permissions, and whether each of the roles has it.</summary>
    static List<(string Permission, bool[] Roles)> Table()
    {
        var page = File.ReadAllLines(Path.Combine(Checkout.Root, "docs", "guard", "policy.md"));
        Assert.Contains($"| permission | {string.Join(" | ", s_roles)} |", page);
        return [.. page.Select(static line => Row().Match(line)).Where(static row => row.Success).Select(static row => (row.Groups[1].Value, row.Groups[2].Value.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(static cell => cell == "yes").ToArray()))];
    }

    [GeneratedRegex(@"^\| `([a-z]+:[a-z]+:[a-z*]+)` ((?:\| (?:yes|–) ){4})\|$")]
    private static partial Regex Row();

    // What no shipped role is named for: an instrument of the service's own.
    const string OwnInstrument = "orders";

    /// <summary>What to ask for, of what stands in the table: the star is asked for by a name that is nowhere else in it.</summary>
    static (string Area, string Action, string Name) Asked(string permission) => permission.Split(':') switch
    {
        ["pprof", var action, "*"] => ("pprof", action, OwnInstrument),
        ["switch", "read", "*"] => ("switch", "read", "switches"),
        ["switch", "write", "*"] => ("switch", "write", "heap"),
        [var area, var action, "*"] => (area, action, area),
        var parts => (parts[0], parts[1], parts[2]),
    };

    GuardOptions OptionsOf(string role)
    {
        var options = new GuardOptions { Switches = { Environment = "" }, Limits = { RatePerMinute = 1_000_000, Burst = 1_000_000, Looks = 100 } };
        options.Limits.MinimumIntervals["goroutine"] = TimeSpan.Zero;
        if (role == "owner") return options;
        _tokens.Configure(options);
        options.Identity.UnixPeers.Owner = false;
        options.Identity.UnixPeers.Users.Add(new() { Name = UserId(), Roles = { role } });
        return options;
    }

    static string UserId() => File.ReadLines("/proc/self/status").First(static line => line.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[2];

    [Theory]
    [InlineData("owner"), InlineData("sre"), InlineData("devops"), InlineData("perf")]
    public async Task EveryDoor_EveryPermission_IsAsTheTableSays(string role)
    {
        var table = Table();
        Assert.True(table.Count > 25, "the table was not read");
        string[] pages = ["index", "cmdline", "symbol"];
        var instruments = table.Select(static row => Asked(row.Permission)).Where(one => one.Area == "pprof" && !pages.Contains(one.Name)).Select(static one => one.Name).Distinct().Select(static name => new Watched(name));
        await using var server = await GrpcDoorServer.Start(OptionsOf(role), new TestShown([.. instruments]));
        var path = Path.Combine(_folder.FullName, "door.sock");
        await using var unix = await UnixDoor.Start(server.Desk, new() { Path = path, VarsPath = "/debug/vars" });
        (string, string)[] token = role == "owner" ? [] : [("Authorization", _tokens.Bearer([role]))];
        var wrong = new List<string>();

        foreach (var (permission, allowed) in table)
        {
            var (area, action, name) = Asked(permission);
            var expected = allowed[Array.IndexOf(s_roles, role)];
            void Check(string door, bool? isAllowed)
            {
                if (isAllowed is { } answer && answer != expected) wrong.Add($"{door}: {permission} is {(answer ? "" : "not ")}allowed");
            }

            Check("http", await OverHttp(server, area, action, name, token));
            Check("grpc", await OverGrpc(server, area, action, name, token));
            Check("unix, HTTP", await OverUnixHttp(path, area, action, name));
            Check("unix, lines", await OverUnixLines(path, area, action, name));
        }

        Assert.Empty(wrong);
    }

    static string PathOf(string area, string action, string name) => (area, name) switch
    {
        ("metrics", _) => "/metrics",
        ("vars", _) => "/debug/vars",
        ("switch", "switches") => "/debug/pprof/switches",
        ("switch", _) => $"/debug/pprof/switches?name={name}",
        (_, "index") => "/debug/pprof/",
        _ => $"/debug/pprof/{(name == "cpu" ? "profile" : name)}{(action == "raw" ? "?raw=1" : "")}",
    };

    static bool IsAllowed(HttpStatusCode status) => status switch
    {
        HttpStatusCode.OK => true,
        HttpStatusCode.Forbidden => false,
        _ => throw new InvalidOperationException($"{status} is neither yes nor no"),
    };

    static async Task<bool?> OverHttp(GrpcDoorServer server, string area, string action, string name, (string Name, string Value)[] headers)
    {
        // Metrics and expvar have no raw form of their own over HTTP.
        if (action == "raw" && area != "pprof") return null;
        using var request = new HttpRequestMessage(action == "write" ? HttpMethod.Post : HttpMethod.Get, PathOf(area, action, name));
        foreach (var (header, value) in headers) request.Headers.TryAddWithoutValidation(header, value);
        if (action == "write") request.Headers.Add("Vitrine-Switch", "1");
        using var answer = await server.Http.SendAsync(request);
        return IsAllowed(answer.StatusCode);
    }

    static async Task<bool?> OverGrpc(GrpcDoorServer server, string area, string action, string name, (string Name, string Value)[] headers)
    {
        var code = (area, name) switch
        {
            ("switch", "switches") => (await server.Call<ListSwitchesResponse>("Switches/ListSwitches", new ListSwitchesRequest(), headers)).Code,
            ("switch", _) => (await server.Call<SetSwitchResponse>("Switches/SetSwitch", new SetSwitchRequest { Name = name, State = SetSwitchRequest.Types.State.TakeBack }, headers)).Code,
            (_, "index") => (await server.Call<ListInstrumentsResponse>("Looks/ListInstruments", new ListInstrumentsRequest(), headers)).Code,
            (_, "symbol") => GrpcStatusCode.NotFound,   // nobody maps addresses over gRPC
            _ => (await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Name = name, Raw = action == "raw" }, headers)).Code,
        };
        return code switch
        {
            GrpcStatusCode.Ok => true,
            GrpcStatusCode.PermissionDenied => false,
            GrpcStatusCode.NotFound when name == "symbol" => null,
            _ => throw new InvalidOperationException($"{code} of {area}:{action}:{name} is neither yes nor no"),
        };
    }

    static async Task<bool?> OverUnixHttp(string path, string area, string action, string name)
    {
        if (action == "raw" && area != "pprof") return null;
        var answer = await Exchange(path, $"{(action == "write" ? "POST" : "GET")} {PathOf(area, action, name)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nVitrine-Switch: 1\r\nContent-Length: 0\r\n\r\n");
        return IsAllowed((HttpStatusCode)int.Parse(answer.Split(' ')[1]));
    }

    static async Task<bool?> OverUnixLines(string path, string area, string action, string name)
    {
        if (action == "write") return null;   // a line only looks
        var answer = await Exchange(path, $"{name}{(action == "raw" ? " raw=1" : "")}\n");
        return answer.StartsWith("error 403: ", StringComparison.Ordinal) ? false : answer.StartsWith("error", StringComparison.Ordinal) ? throw new InvalidOperationException(answer) : true;
    }

    static async Task<string> Exchange(string path, string text)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
        await socket.SendAsync(Encoding.ASCII.GetBytes(text));
        using var answer = new MemoryStream();
        await new NetworkStream(socket).CopyToAsync(answer).WaitAsync(TimeSpan.FromSeconds(30));
        return Encoding.Latin1.GetString(answer.ToArray());
    }
}
