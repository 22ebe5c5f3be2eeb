using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Verbs;

/// <summary><c>vitrine sockets</c> as a user types it, against what the processes say of themselves.</summary>
public sealed class SocketsVerbTests
{
    [Fact]
    public void Sockets_OfPausedServer_ShowQueueAndWhoShouldAccept()
    {
        using var sample = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "listeners"));
        var goroutines = Fact(sample, "goroutines").Split(',').Select(text => long.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal("ok", sample.Ask("pause"));
        // The first is still accepted by the loop that was inside of Accept.
        var clients = Enumerable.Range(0, 4).Select(_ => Connect(Fact(sample, "plain"))).ToList();

        var json = Until(sample.Pid, json => Listener(json, Fact(sample, "plain")).GetProperty("nobodyAccepts").ValueKind == JsonValueKind.True
            && Listener(json, Fact(sample, "plain")).GetProperty("queued").GetInt64() == 3);
        Assert.Equal("vitrine.sockets/1", json.GetProperty("schema").GetString());
        var plain = Listener(json, Fact(sample, "plain"));
        Assert.Equal(JsonValueKind.Null, plain.GetProperty("acceptingGoroutine").ValueKind);
        Assert.Equal([goroutines[0]], plain.GetProperty("holders").EnumerateArray().Select(one => one.GetInt64()));
        Assert.Contains("sync.Cond.Wait at main.(*gate).pass", plain.GetProperty("accepted").GetString(), StringComparison.Ordinal);
        Assert.Equal((3, 0), (plain.GetProperty("unowned").GetProperty("established").GetInt32(), plain.GetProperty("overflows").GetInt64()));
        Assert.Equal(goroutines[1], Listener(json, Fact(sample, "web")).GetProperty("acceptingGoroutine").GetInt64());
        Assert.Equal(goroutines[3], Listener(json, Fact(sample, "unix")).GetProperty("acceptingGoroutine").GetInt64());
        Assert.Equal(goroutines[4], Listener(json, Fact(sample, "udp")).GetProperty("acceptingGoroutine").GetInt64());
        Assert.True(Listener(json, Fact(sample, "idle")).GetProperty("nobodyAccepts").GetBoolean());
        Assert.Equal(0, json.GetProperty("cost").GetProperty("hits").GetInt64());
        Assert.Equal(0, json.GetProperty("lost").GetInt64());
        Assert.Equal("established", json.GetProperty("connections").EnumerateArray().Single().GetProperty("state").GetString());
        Assert.Contains("nobody accepts here", Succeed("sockets", $"{sample.Pid}").Output, StringComparison.Ordinal);

        Assert.Equal("ok", sample.Ask("resume"));
        json = Until(sample.Pid, json => Listener(json, Fact(sample, "plain")).GetProperty("queued").GetInt64() == 0
            && Listener(json, Fact(sample, "plain")).GetProperty("acceptingGoroutine").ValueKind == JsonValueKind.Number);
        Assert.Equal(goroutines[0], Listener(json, Fact(sample, "plain")).GetProperty("acceptingGoroutine").GetInt64());
        // What the peer has ended and the server has not.
        clients.ForEach(client => client.Dispose());
        Until(sample.Pid, json => json.GetProperty("connections").EnumerateArray().Count(one => one.GetProperty("state").GetString() == "close-wait") == 4);
    }

    [Fact]
    public void Sockets_WatchedForTwoSeconds_ShowWhatChanged()
    {
        using var sample = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Plain, "listeners"));
        Assert.Equal("ok", sample.Ask("pause"));
        using var first = Connect(Fact(sample, "plain"));
        var watch = Task.Run(() => Succeed("sockets", $"{sample.Pid}", "-d", "2s", "--every", "500ms", "--format", "json").Json);
        var json = watch.Result;
        Assert.InRange(json.GetProperty("looks").GetInt32(), 2, 5);
        Assert.Equal(0, Listener(json, Fact(sample, "plain")).GetProperty("newOverflows").GetInt64());
        Assert.InRange(json.GetProperty("coverage").GetProperty("watchedMs").GetDouble(), 1000, 60_000);
    }

    [FullRunOnly("Debian servers")]
    [Theory, MemberData(nameof(DebianServer.All), MemberType = typeof(DebianServer))]
    public void Sockets_OfDebianServers_NameTheGoroutineOfTheServersOwnAccount(string name)
    {
        using var server = DebianServer.Start(name);
        // While goroutines run at every look it is not known who accepts: a server that has just started is busy.
        var json = Until(server.Pid, json => Listener(json, $"127.0.0.1:{server.Port}", orAnyPort: server.Port).GetProperty("acceptingGoroutine").ValueKind == JsonValueKind.Number);
        var listener = Listener(json, $"127.0.0.1:{server.Port}", orAnyPort: server.Port);
        var goroutine = listener.GetProperty("acceptingGoroutine").GetInt64();
        var stack = Regex.Match(server.Stacks(), $@"^goroutine {goroutine} \[IO wait[^\n]*\n(.*?)(\n\n|\z)", RegexOptions.Singleline | RegexOptions.Multiline).Groups[1].Value;
        Assert.Contains("internal/poll.(*FD).Accept(", stack, StringComparison.Ordinal);
        Assert.Contains("Serve(", stack, StringComparison.Ordinal);
    }

    [Fact]
    public void Sockets_OfADotNetProcess_ShowTheKernelsPart()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(backlog: 6);
        using var client = Connect($"{listener.LocalEndpoint}");
        var json = Succeed("sockets", $"{Environment.ProcessId}", "--format", "json").Json;
        var row = Listener(json, $"{listener.LocalEndpoint}");
        Assert.Equal((1, 6), (row.GetProperty("queued").GetInt64(), row.GetProperty("limit").GetInt64()));
        Assert.Equal(JsonValueKind.Null, row.GetProperty("nobodyAccepts").ValueKind);
        Assert.Contains("not a Go program", json.GetProperty("unknown").GetProperty("goroutines").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Sockets_OfAnotherNamespaceWithoutCapability_ShowQueuesAndSayWhatIsMissing()
    {
        Prerequisite.Root();
        var fixture = GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "listeners");
        var start = new ProcessStartInfo("unshare") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["--net", "sh", "-c", $"ip link set lo up && exec {fixture.Path}"])
            start.ArgumentList.Add(argument);
        using var sample = Process.Start(start)!;
        try
        {
            Assert.SkipUnless(sample.StandardOutput.ReadLine()?.StartsWith("ready", StringComparison.Ordinal) == true, "this machine does not allow network namespaces");
            var with = Succeed("sockets", $"{sample.Id}", "--format", "json").Json;
            var without = VitrineProgram.RunWithoutCapability("sys_admin", "sockets", $"{sample.Id}", "--format", "json");
            Assert.True(without.ExitCode == 0, without.Errors);
            Assert.All(with.GetProperty("listeners").EnumerateArray(), one => Assert.Equal(JsonValueKind.Number, one.GetProperty("limit").ValueKind));
            var listeners = without.Json.GetProperty("listeners").EnumerateArray().ToList();
            Assert.Equal(6, listeners.Count);
            Assert.All(listeners, one => Assert.Equal(JsonValueKind.Null, one.GetProperty("limit").ValueKind));
            Assert.Contains("CAP_SYS_ADMIN", without.Json.GetProperty("unknown").GetProperty("listeners.limit").GetString(), StringComparison.Ordinal);
            Assert.Equal(
                with.GetProperty("listeners").EnumerateArray().Select(one => one.GetProperty("acceptingGoroutine").ToString()),
                listeners.Select(one => one.GetProperty("acceptingGoroutine").ToString()));
        }
        finally
        {
            sample.Kill();
            sample.WaitForExit();
        }
    }

    static JsonElement Until(int pid, Func<JsonElement, bool> condition)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var json = Succeed("sockets", $"{pid}", "--format", "json").Json;
            if (condition(json))
                return json;
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(60), $"the condition did not come true: {json}");
        }
    }

    static JsonElement Listener(JsonElement json, string address, int orAnyPort = -1) => json.GetProperty("listeners").EnumerateArray().Single(one =>
        one.GetProperty("address").GetString() == address || one.GetProperty("address").GetString()!.EndsWith($":{orAnyPort}", StringComparison.Ordinal));

    static string Fact(SampleProcess sample, string name) => Regex.Match(sample.ReadyLine, $@"\b{name}=(\S+)").Groups[1].Value;

    static TcpClient Connect(string address)
    {
        var client = new TcpClient(AddressFamily.InterNetwork);
        client.Connect(IPEndPoint.Parse(address));
        return client;
    }

    static ProgramResult Succeed(params string[] arguments)
    {
        var result = VitrineProgram.Run(arguments);
        Assert.True(result.ExitCode == 0, $"vitrine {string.Join(' ', arguments)}: exit code {result.ExitCode}: {result.Errors}");
        return result;
    }
}
