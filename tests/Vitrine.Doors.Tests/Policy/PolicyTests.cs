using System.Text.RegularExpressions;
using Vitrine.Doors.Grpc.V1;
using Vitrine.Doors.Tests.Grpc;
using Vitrine.Doors.Tests.Support;
using Vitrine.Doors.Unix;
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
        var doors = new EveryDoor(server, path, token);
        var wrong = new List<string>();

        foreach (var (permission, allowed) in table)
        {
            var (area, action, name) = Asked(permission);
            var expected = allowed[Array.IndexOf(s_roles, role)];
            foreach (var (door, answer) in await doors.Ask("", area, action, name))
            {
                if (answer.IsAllowed != expected) wrong.Add($"{door}: {permission} is {(answer.IsAllowed ? "" : "not ")}allowed");
            }
        }

        Assert.Empty(wrong);
    }

    static readonly string[] s_services = ["shop", "cart", "till"];

    // Nothing has this name.
    const string NoService = "none";

    /// <summary>The second table of the page: what the role of its example may do at each of two services, and at any other.</summary>
    static Dictionary<string, bool[]> TableOfServices()
    {
        var page = File.ReadAllLines(Path.Combine(Checkout.Root, "docs", "guard", "policy.md"));
        Assert.Contains("| `shop-team` may | at `shop` | at `cart` | elsewhere |", page);
        return page.Select(static line => ServiceRow().Match(line)).Where(static row => row.Success)
            .ToDictionary(static row => row.Groups[1].Value, static row => row.Groups[2].Value.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(static cell => cell == "yes").ToArray());
    }

    [GeneratedRegex(@"^\| `([a-z]+:[a-z]+:[a-z*]+)` ((?:\| (?:yes|–) ){3})\|$")]
    private static partial Regex ServiceRow();

    /// <summary>The roles of the page's example, as its configuration has them.</summary>
    static void ConfigureExample(GuardOptions options)
    {
        var page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "guard", "policy.md"));
        var json = page[page.LastIndexOf("```json", StringComparison.Ordinal)..][7..];
        using var document = System.Text.Json.JsonDocument.Parse(json[..json.IndexOf("```", StringComparison.Ordinal)]);
        foreach (var role in document.RootElement.GetProperty("Vitrine").GetProperty("Guard").GetProperty("Policy").GetProperty("Roles").EnumerateObject())
            options.Policy.Roles[role.Name] = [.. role.Value.EnumerateArray().Select(static one => one.GetString()!)];
    }

    [Theory]
    [InlineData("owner"), InlineData("sre"), InlineData("devops"), InlineData("perf"), InlineData("shop-team")]
    public async Task EveryDoor_EveryPermissionAtEveryService_IsAsTheTablesSay(string role)
    {
        var (table, ofServices) = (Table(), TableOfServices());
        string[] pages = ["index", "cmdline", "symbol", "metrics", "vars", "switches"];
        var instruments = table.Select(static row => Asked(row.Permission)).Where(one => one.Area == "pprof" && !pages.Contains(one.Name)).Select(static one => one.Name).Distinct().Select(static name => new Watched(name)).ToArray();
        var options = OptionsOf(role);
        ConfigureExample(options);
        await using var server = await GrpcDoorServer.Start(options, [.. s_services.Select(name => new TestShown([.. instruments]) { Name = name })]);
        var path = Path.Combine(_folder.FullName, "door.sock");
        await using var unix = await UnixDoor.Start(server.Desk, new() { Path = path, VarsPath = "/debug/vars" });
        var doors = new EveryDoor(server, path, role == "owner" ? [] : [("Authorization", _tokens.Bearer([role]))]);
        var (wrong, asked) = (new List<string>(), 0);

        foreach (var (permission, allowed) in table)
        {
            var (area, action, name) = Asked(permission);
            if (role == "shop-team" && !ofServices.ContainsKey(permission)) continue;
            bool IsExpected(string service)
            {
                // Where there is no service there is no instrument by a name: who may see any is told so.
                var row = service == NoService && area == "pprof" && !pages.Contains(name) ? $"{area}:{action}:*" : permission;
                return role == "shop-team" ? ofServices[permission][service switch { "shop" => 0, "cart" => 1, _ => 2 }] : table.First(one => one.Permission == row).Roles[Array.IndexOf(s_roles, role)];
            }
            var elsewhere = new Dictionary<string, DoorAnswer>();
            foreach (var service in (string[])[.. s_services, NoService])
            {
                foreach (var (door, answer) in await doors.Ask(service, area, action, name))
                {
                    asked++;
                    if (answer.IsAllowed != IsExpected(service)) wrong.Add($"{door}: {permission} at {service} is {(answer.IsAllowed ? "" : "not ")}allowed");
                    if (service == s_services[^1]) elsewhere[door] = answer;
                    // Who may do nothing there does not learn that it is there.
                    if (service == NoService && !answer.IsAllowed && !elsewhere[door].IsAllowed) Assert.Equal(elsewhere[door].Text, answer.Text);
                }
            }
        }

        Assert.Empty(wrong);
        Assert.True(asked > 100, "nothing was asked");
    }

    [Theory]
    [InlineData("sre", "shop,cart,till"), InlineData("shop-team", "shop,cart")]
    public async Task ListServices_ForARole_HasThoseWhoseIndexItMaySee(string role, string expected)
    {
        var options = OptionsOf(role);
        ConfigureExample(options);
        await using var server = await GrpcDoorServer.Start(options, [.. s_services.Select(static name => new TestShown([]) { Name = name })]);

        var answer = await server.Call<ListServicesResponse>("Looks/ListServices", new ListServicesRequest(), ("Authorization", _tokens.Bearer([role])));

        Assert.Equal(expected, string.Join(',', Assert.Single(answer.Messages).Services.Select(static one => one.Name)));
    }
}
