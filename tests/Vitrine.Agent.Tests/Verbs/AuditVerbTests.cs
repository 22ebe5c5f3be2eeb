using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Vitrine.DotNet.Tests;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Verbs;

/// <summary><c>vitrine audit</c> as a user types it, against real debuggers and services.</summary>
public sealed class AuditVerbTests : IDisposable
{
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    readonly string _folder = Directory.CreateTempSubdirectory("vitrine-audit-").FullName;
    readonly List<Process> _started = [];

    [Fact]
    public void Audit_OfAProcessThatGdbHolds_NamesGdb()
    {
        var target = Start("sleep", "600");
        var gdb = Start("gdb", "-q", "-nx", "-batch-silent", "-ex", $"attach {target.Id}", "-ex", "shell sleep 600");
        Until(() => LinuxProcess.Open(target.Id).TracerPid == gdb.Id);

        var result = VitrineProgram.Run("audit", Pid(target), "--format", "json");

        Assert.Equal(9, result.ExitCode);
        var finding = One(result.Json, "VA001", target.Id);
        Assert.Equal("high", finding.GetProperty("severity").GetString());
        Assert.Contains($"gdb (pid {gdb.Id})", finding.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.Contains($"/proc/{target.Id}/status", Sources(finding));
        // The debugger is no target, and is told all the same: it is the relative of one.
        Assert.Contains($"(pid {target.Id})", string.Join('\n', Statements(One(result.Json, "VA003", gdb.Id))), StringComparison.Ordinal);
        Assert.Equal(0, VitrineProgram.Run("audit", Pid(target), "--fail-on", "critical", "--quiet").ExitCode);
    }

    [Fact]
    public void Audit_OfGdbserver_SaysWhereItListens()
    {
        if (!File.Exists("/usr/bin/gdbserver")) Prerequisite.Missing("needs gdbserver: apt-get install gdbserver");
        var server = Start("gdbserver", "--once", "127.0.0.1:0", "sleep", "600");
        JsonElement finding = default;
        Until(() => Find(VitrineProgram.Run("audit", Pid(server), "--format", "json").Json, "VA002", server.Id) is { } found && (finding = found).ValueKind == JsonValueKind.Object);

        // It was told to listen on loopback, and does not: gdbserver takes no notice of the host. What counts is what the kernel says.
        Assert.Equal("critical", finding.GetProperty("severity").GetString());
        Assert.Contains(Statements(finding), static one => one.StartsWith("it listens on :", StringComparison.Ordinal) && one.EndsWith("(all addresses)", StringComparison.Ordinal));
    }

    [Fact]
    public void Audit_OfDelve_FindsServerTargetAndDebugBuild()
    {
        var delve = Path.Combine(Checkout.Cache, "tools", "delve", "usr", "bin", "dlv");
        if (!File.Exists(delve)) Prerequisite.Missing("needs Delve: eng/delve");
        var program = GoFixture.Build(GoToolchain.Newest, GoFlavour.Debug, "exposed");
        var debugger = Start(delve, "exec", "--headless", "--accept-multiclient", "--continue", "--listen=0.0.0.0:0", program.Path);
        ProcessTracer? tracer = null;
        LinuxProcess? target = null;
        Until(() => (target = Children(debugger.Id).FirstOrDefault(child => child.ExecutablePath == program.Path)) is not null && (tracer = target.Tracer) is not null);

        var json = VitrineProgram.Run("audit", target!.Pid.ToString(CultureInfo.InvariantCulture), "--format", "json").Json;

        Assert.Equal(debugger.Id, tracer!.Pid);
        var server = One(json, "VA002", debugger.Id);
        Assert.Equal("critical", server.GetProperty("severity").GetString());
        Assert.Contains("its options: --headless --accept-multiclient --continue", Statements(server));
        Assert.Contains($"(pid {debugger.Id}) is attached", One(json, "VA001", target.Pid).GetProperty("title").GetString(), StringComparison.Ordinal);
        One(json, "VA004", target.Pid);
        foreach (var child in Children(debugger.Id).ToList())
            _started.Add(Process.GetProcessById(child.Pid));
    }

    [Theory]
    [InlineData("127.0.0.1:0", "medium", "on this machine")]
    [InlineData("0.0.0.0:0", "high", "also from other machines")]
    public void Audit_OfAnOpenPprof_IsAsBadAsItsListener(string listen, string severity, string where)
    {
        var program = GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "exposed");
        using var service = SampleProcess.Start(program, "-listen", listen);

        var asked = VitrineProgram.Run("audit", $"{service.Pid}", "--probe", "--format", "json").Json;
        var notAsked = VitrineProgram.Run("audit", $"{service.Pid}", "--format", "json").Json;

        var finding = One(asked, "VA010", service.Pid);
        Assert.Equal(severity, finding.GetProperty("severity").GetString());
        Assert.EndsWith(where, finding.GetProperty("title").GetString(), StringComparison.Ordinal);
        Assert.Contains("not asked", One(notAsked, "VA010", service.Pid).GetProperty("title").GetString(), StringComparison.Ordinal);
        One(notAsked, "VA011", service.Pid);
    }

    [Fact]
    public void Audit_OfAPprofThatAsksWho_SaysSo()
    {
        using var service = SampleProcess.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "exposed"), "-ask");

        var findings = Findings(VitrineProgram.Run("audit", $"{service.Pid}", "--probe", "--format", "json").Json).Where(static one => one.GetProperty("rule").GetString() == "VA010").ToList();

        Assert.All(findings, static one => Assert.Equal("info", one.GetProperty("severity").GetString()));
        Assert.Contains(findings, static one => one.GetProperty("title").GetString() == "it asks who wants its profiles");
    }

    [Fact]
    public void Audit_OfAGopsAgent_FindsItsListener()
    {
        var program = GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "exposed");
        using var service = SampleProcess.StartProgram(program.Path, [], new Dictionary<string, string> { ["GOPS_CONFIG_DIR"] = _folder });

        var finding = One(VitrineProgram.Run("audit", $"{service.Pid}", "--format", "json").Json, "VA012", service.Pid);

        Assert.Equal("medium", finding.GetProperty("severity").GetString());
        Assert.Contains($"its port file says {File.ReadAllText(Path.Combine(_folder, $"{service.Pid}"))}", Statements(finding));
    }

    [Fact]
    public void Audit_OfADotNetService_FindsItsPortAndNamesItsSecrets()
    {
        const string secret = "Correct-Horse-Battery-9";
        using var sample = new SteadySample(new Dictionary<string, string> { ["DB_PASSWORD"] = secret, ["CACHE_URL"] = $"redis://:{secret}@cache:6379", ["TMPDIR"] = _folder });

        var outputs = new[] { "text", "json", "sarif" }.Select(format => VitrineProgram.Run("audit", $"{sample.Pid}", "--format", format)).ToList();

        Assert.All(outputs, one => Assert.DoesNotContain(secret, one.Output + one.Errors, StringComparison.Ordinal));
        var port = One(outputs[1].Json, "VA013", sample.Pid);
        Assert.Contains(Statements(port), one => one.Contains($"{_folder}/dotnet-diagnostic-{sample.Pid}-", StringComparison.Ordinal) && one.Contains("mode 0600", StringComparison.Ordinal));
        Assert.Equal(["DB_PASSWORD: a password of 16 to 31 characters", "CACHE_URL: an address with a password in it of 32 to 63 characters"], Statements(One(outputs[1].Json, "VA051", sample.Pid)));
    }

    [Fact]
    public void Audit_OfTheWholeMachine_FindsSecretsOfCommandLines()
    {
        const string secret = "hunter2-and-something";
        var program = Start("sh", "-c", "read line", "sh", "--db-password", secret, "\u001b[31mred\nline");

        var result = VitrineProgram.Run("audit", "--format", "json", "--fail-on", "never");
        var text = VitrineProgram.Run("audit", "--all", "--fail-on", "high");

        Assert.Equal((0, 9), (result.ExitCode, text.ExitCode));
        Assert.True(result.Json.GetProperty("wholeMachine").GetBoolean());
        Assert.Equal(["--db-password: a password of 16 to 31 characters"], Statements(One(result.Json, "VA050", program.Id)));
        Assert.DoesNotContain(secret, result.Output + text.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\u001b", text.Output, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^\d+ critical, \d+ high, \d+ medium, \d+ low, \d+ info", text.Output.TrimEnd().Split('\n')[^1]);
    }

    [Fact]
    public void Watch_AsRoot_TellsGdbAtOnce()
    {
        Prerequisite.Probes();
        Assert.Equal("kernel", WatchGdb([]).GetProperty("source").GetString());
    }

    [Fact]
    public void Watch_WithoutTheKernelsHelp_LooksAgainAndAgain()
    {
        Prerequisite.Root();
        Assert.Equal("polling", WatchGdb(["setpriv", "--bounding-set=-bpf,-sys_admin", "--inh-caps=-bpf,-sys_admin", "--"]).GetProperty("source").GetString());
    }

    /// <summary>Watches while gdb attaches to a process and lets it go. Returns the summary.</summary>
    JsonElement WatchGdb(string[] wrapper)
    {
        var target = Start("sleep", "600");
        string[] command = [.. wrapper, "dotnet", Path.Combine(AppContext.BaseDirectory, "vitrine.dll"), "audit", Pid(target), "--watch", "--format", "json", "--every", "50ms"];
        var watch = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _started.Add(watch);
        Until(() => watch.StandardError.ReadLine()?.Contains("watching for debuggers", StringComparison.Ordinal) == true);
        var gdb = Start("gdb", "-q", "-nx", "-batch-silent", "-ex", $"attach {target.Id}", "-ex", "shell sleep 1", "-ex", "detach");

        var attached = Event(watch, "attached");
        var detached = Event(watch, "detached");
        Assert.Equal((gdb.Id, "gdb", target.Id, "sleep"), (attached.GetProperty("tracer").GetProperty("pid").GetInt32(), attached.GetProperty("tracer").GetProperty("name").GetString(),
            attached.GetProperty("target").GetProperty("pid").GetInt32(), attached.GetProperty("target").GetProperty("name").GetString()));
        Assert.Equal(gdb.Id, detached.GetProperty("tracer").GetProperty("pid").GetInt32());
        using (var kill = Process.Start("kill", $"-TERM {watch.Id}"))
            kill.WaitForExit();
        var summary = Event(watch, "summary");
        Assert.True(watch.WaitForExit(Limit));
        Assert.Equal(9, watch.ExitCode);
        Assert.Equal((1, 1, 0), (summary.GetProperty("attached").GetInt32(), summary.GetProperty("detached").GetInt32(), summary.GetProperty("lost").GetInt32()));
        return summary;
    }

    static JsonElement Event(Process watch, string kind)
    {
        while (true)
        {
            var line = watch.StandardOutput.ReadLineAsync();
            if (!line.Wait(Limit)) throw new TimeoutException($"no event '{kind}'");
            var json = JsonDocument.Parse(line.Result ?? throw new InvalidOperationException($"the watch ended before '{kind}'")).RootElement;
            Assert.Equal("vitrine.debugger/1", json.GetProperty("schema").GetString());
            if (json.GetProperty("event").GetString() == kind) return json;
        }
    }

    [Fact]
    public void Audit_OfNobody_SaysWhatIsWrong()
    {
        Assert.Equal(3, VitrineProgram.Run("audit", "no-such-program").ExitCode);
        Assert.Equal(2, VitrineProgram.Run("audit", "--fail-on", "terrible").ExitCode);
    }

    public void Dispose()
    {
        foreach (var process in _started)
        {
            // A child of a debugger, such as the shell of gdb, has the other end of what is read from the debugger: while it lives, so does the wait.
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            process.WaitForExit(Limit);
            process.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {program}");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _started.Add(process);
        return process;
    }

    static IEnumerable<LinuxProcess> Children(int parent)
    {
        foreach (var pid in ProcessList.Pids())
        {
            LinuxProcess? process = null;
            try
            {
                process = LinuxProcess.Open(pid);
                if (process.ReadSecurity().ParentPid != parent) continue;
            }
            catch (TargetGoneException)
            {
                continue;
            }
            yield return process;
        }
    }

    static IEnumerable<JsonElement> Findings(JsonElement json) => json.GetProperty("findings").EnumerateArray();

    static JsonElement? Find(JsonElement json, string rule, int pid) => Findings(json).Where(one => one.GetProperty("rule").GetString() == rule && one.GetProperty("subject").TryGetProperty("pid", out var its) && its.GetInt32() == pid)
        .Select(static one => (JsonElement?)one).FirstOrDefault();

    static JsonElement One(JsonElement json, string rule, int pid) => Find(json, rule, pid) ?? throw new InvalidOperationException($"no {rule} of process {pid} in {json}");

    static List<string> Statements(JsonElement finding) => [.. finding.GetProperty("evidence").EnumerateArray().Select(static one => one.GetProperty("statement").GetString()!)];

    static List<string> Sources(JsonElement finding) => [.. finding.GetProperty("evidence").EnumerateArray().Select(static one => one.GetProperty("source").GetString()!)];

    static string Pid(Process process) => process.Id.ToString(CultureInfo.InvariantCulture);

    static void Until(Func<bool> condition)
    {
        var waited = Stopwatch.StartNew();
        while (!condition())
        {
            if (waited.Elapsed > Limit) throw new TimeoutException("it did not come to be");
            Thread.Sleep(20);
        }
    }
}
