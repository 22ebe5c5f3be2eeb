using System.Net;
using Vitrine.Agent.Audit;
using Vitrine.Agent.Audit.Checks;
using Vitrine.Agent.Audit.Facts;
using Vitrine.Agent.Survey;
using Vitrine.Instruments;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Tests.Audit.Checks;

public sealed class CheckTests
{
    [Fact]
    public void AllChecks_OfASafeServiceOnASafeMachine_FindNothing()
    {
        Assert.Empty(AllChecks.OfMachine.SelectMany(static check => check.Of(Some.Machine)));
        Assert.Empty(AllChecks.OfProcess.SelectMany(static check => check.Of(Some.Go, Some.View(Some.Go))));
        Assert.Empty(AllChecks.OfProcess.SelectMany(static check => check.Of(Some.DotNet, Some.View(Some.DotNet))));
    }

    [Theory]
    [InlineData("0.0.0.0:2345", "--headless", nameof(Severity.Critical))]
    [InlineData("10.0.0.5:2345", "--headless", nameof(Severity.Critical))]
    [InlineData("127.0.0.1:2345", "--headless", nameof(Severity.Medium))]
    [InlineData("127.0.0.1:2345", "--only-same-user=false", nameof(Severity.High))]
    public void DebugServer_OfDelve_IsAsBadAsItsReach(string address, string option, string expected)
    {
        var delve = Some.Tool("/usr/bin/dlv", "exec", option, "--listen=" + address, "/srv/x") with { Listening = [Some.Tcp(address)] };

        var finding = Assert.Single(new DebugServerCheck().Of(delve, Some.View(delve)));

        Assert.Equal((AuditRules.DebugServer, expected), (finding.Rule, finding.Severity.ToString()));
    }

    [Fact]
    public void DebugServer_OnLoopbackThatAsksNobody_IsHigh()
    {
        var server = Some.Tool("/usr/bin/gdbserver", "127.0.0.1:1234", "x") with { Listening = [Some.Tcp("127.0.0.1:1234")] };

        Assert.Equal(Severity.High, Assert.Single(new DebugServerCheck().Of(server, Some.View(server))).Severity);
    }

    [Fact]
    public void DebugServer_WhoseSocketsAreHidden_IsToldByItsCommandLine()
    {
        var delve = Some.Tool("/usr/bin/dlv", "exec", "--headless", "--listen=:2345", "x") with { Listening = null };

        var finding = Assert.Single(new DebugServerCheck().Of(delve, Some.View(delve)));

        Assert.Equal((AuditRules.DebugServer, Severity.Critical), (finding.Rule, finding.Severity));
        Assert.Contains(finding.Evidence, static one => one.Statement.Contains(":2345", StringComparison.Ordinal));
    }

    [Fact]
    public void Debugger_ThatOnlyRuns_IsLow_AndMediumWhenItTraces()
    {
        var gdb = Some.Tool("/usr/bin/gdb") with { Identity = new ProcessIdentity(99, 1) };
        var traced = Some.Go with { Security = Some.Security with { TracerPid = 99 }, Tracer = new ProcessTracer(99, "gdb", 0) };

        Assert.Equal(Severity.Low, Assert.Single(new DebugServerCheck().Of(gdb, Some.View(gdb))).Severity);
        Assert.Equal(Severity.Medium, Assert.Single(new DebugServerCheck().Of(gdb, Some.View(gdb, traced))).Severity);
        Assert.Equal((AuditRules.DebuggerAttached, nameof(Severity.High)), Of(new AttachedDebuggerCheck(), traced, gdb));
        Assert.Equal((AuditRules.DebuggerRuns, nameof(Severity.Medium)), Of(new ParentDebuggerCheck(), Some.Go with { Security = Some.Security with { ParentPid = 99 } }, gdb));
    }

    [Theory]
    [InlineData("0.0.0.0:6060", nameof(PprofAnswer.Open), nameof(Severity.High))]
    [InlineData("[::]:6060", nameof(PprofAnswer.Open), nameof(Severity.High))]
    [InlineData("127.0.0.1:6060", nameof(PprofAnswer.Open), nameof(Severity.Medium))]
    [InlineData("[::1]:6060", nameof(PprofAnswer.Open), nameof(Severity.Medium))]
    [InlineData("0.0.0.0:6060", nameof(PprofAnswer.AsksWho), nameof(Severity.Info))]
    [InlineData("0.0.0.0:6060", nameof(PprofAnswer.NotThere), nameof(Severity.Info))]
    public void Profiling_Asked_IsAsBadAsItsReach(string address, string answer, string expected)
    {
        var service = Some.Go with { Program = Some.Go.Program with { HasPprof = true }, Listening = [Some.Tcp(address)] };
        var view = new AuditView(Some.Machine with { Probes = true }, [service]);
        var asked = new List<IPEndPoint>();

        var findings = new ProfilingCheck(end =>
        {
            asked.Add(end);
            return Enum.Parse<PprofAnswer>(answer);
        }).Of(service, view).ToList();

        Assert.Equal(expected, findings.Max(static one => one.Severity).ToString());
        Assert.Equal([IPEndPoint.Parse(address)], asked);
    }

    [Fact]
    public void Profiling_InAnotherNetworkNamespace_IsNeverAsked()
    {
        var service = Some.Go with { Program = Some.Go.Program with { HasPprof = true }, Listening = [Some.Tcp("0.0.0.0:6060")], NetworkNamespace = 1 };
        var view = new AuditView(Some.Machine with { Probes = true }, [service]);

        var finding = Assert.Single(new ProfilingCheck(static _ => throw new InvalidOperationException("asked")).Of(service, view));

        Assert.Equal(Severity.Info, finding.Severity);
        Assert.Contains("not asked", finding.Title, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:7", nameof(Severity.Medium))]
    [InlineData("0.0.0.0:7", nameof(Severity.High))]
    [InlineData("127.0.0.1:8", nameof(Severity.Info))]
    public void Gops_OfAnAgent_IsFoundByItsPort(string address, string expected)
    {
        var service = Some.Go with { Program = Some.Go.Program with { HasGops = true }, Listening = [Some.Tcp(address)], GopsPort = 7 };

        Assert.Equal((AuditRules.Gops, expected), Of(new GopsCheck(), service));
    }

    [Theory]
    [InlineData("0600", false, false, nameof(Severity.Low))]
    [InlineData("0666", true, true, nameof(Severity.High))]
    [InlineData("0660", false, true, nameof(Severity.High))]
    public void DotNetPort_ByTheModeOfItsSocket(string octal, bool others, bool group, string expected)
    {
        const string path = "/tmp/dotnet-diagnostic-1-2-socket";
        var service = Some.DotNet with { Listening = [Some.Unix(path), Some.Unix("/tmp/other")], SocketFiles = new Dictionary<string, FileRights> { [path] = new(1000, octal, others, group) } };

        Assert.Equal((AuditRules.DotNetPort, expected), Of(new DotNetPortCheck(), service));
    }

    [Fact]
    public void DotNetPorts_InAFolderOfEverybodys_IsHigh()
    {
        var service = Some.DotNet with
        {
            Environment = [new("DOTNET_DiagnosticPorts", "/tmp/monitor.sock,suspend")],
            NamedFiles = new Dictionary<string, FileRights> { ["/tmp"] = new(0, "01777", true, true) },
        };

        Assert.Equal((AuditRules.DotNetPortsSetting, nameof(Severity.High)), Of(new DotNetPortCheck(), service));
    }

    public static TheoryData<string, DebugSettings, string, string> Settings() => new()
    {
        { "no yama", Some.SafeSettings with { PtraceScope = null }, "VA020", nameof(Severity.Medium) },
        { "yama 0", Some.SafeSettings with { PtraceScope = 0 }, "VA020", nameof(Severity.Medium) },
        { "paranoid 1", Some.SafeSettings with { PerfEventParanoid = 1 }, "VA021", nameof(Severity.Low) },
        { "paranoid -1", Some.SafeSettings with { PerfEventParanoid = -1 }, "VA021", nameof(Severity.Medium) },
        { "bpf", Some.SafeSettings with { UnprivilegedBpfDisabled = 0 }, "VA022", nameof(Severity.Medium) },
        { "kptr", Some.SafeSettings with { KernelPointersRestricted = 0 }, "VA023", nameof(Severity.Low) },
        { "suid", Some.SafeSettings with { SetUidDumpable = 1 }, "VA025", nameof(Severity.High) },
        { "relative core", Some.SafeSettings with { CorePattern = "core.%p" }, "VA024", nameof(Severity.Low) },
    };

    [Theory, MemberData(nameof(Settings))]
    public void Settings_ThatAreUnsafe_AreFound(string what, DebugSettings settings, string rule, string severity)
    {
        var finding = Assert.Single(AllChecks.OfMachine.SelectMany(check => check.Of(Some.Machine with { Settings = settings })));

        Assert.True((rule, severity) == (finding.Rule.Id, finding.Severity.ToString()), what);
    }

    [Theory]
    [InlineData("|/usr/lib/systemd/systemd-coredump %p", "0755", 0u, false, nameof(Severity.Info))]
    [InlineData("|/opt/dump %p", "0777", 0u, true, nameof(Severity.High))]
    [InlineData("|/opt/dump %p", "0755", 1000u, false, nameof(Severity.High))]
    public void CorePattern_WithAProgram_IsAsBadAsWhoMayChangeIt(string pattern, string octal, uint owner, bool others, string expected)
    {
        var machine = Some.Machine with { Settings = Some.SafeSettings with { CorePattern = pattern }, CoreHandler = (pattern[1..].Split(' ')[0], new FileRights(owner, octal, others, false)) };

        Assert.Equal(expected, Assert.Single(new CorePatternCheck().Of(machine)).Severity.ToString());
    }

    [Fact]
    public void Hardening_ThatIsMissing_IsLow()
    {
        var service = Some.Go with { Security = Some.Security with { NoNewPrivileges = false, SeccompMode = 0 }, CoreLimit = (ulong.MaxValue, ulong.MaxValue), Dumpable = (true, "its owner") };
        var view = new AuditView(Some.Machine with { Settings = Some.SafeSettings with { CorePattern = "core" } }, [service]);

        Assert.Equal([("VA030", Severity.Low), ("VA034", Severity.Low), ("VA035", Severity.Low), ("VA036", Severity.Info)], new HardeningCheck().Of(service, view).Select(static one => (one.Rule.Id, one.Severity)).Order());
        Assert.Empty(new HardeningCheck().Of(service with { Program = ProgramFacts.Other }, view));
    }

    [Fact]
    public void Privileges_AreNamed()
    {
        var able = Some.Go with { Security = Some.Security with { Capabilities = new CapabilitySet(1UL << CapabilitySet.SysPtrace | 1UL << CapabilitySet.Bpf, 0, 0) } };
        var root = Some.Go with { Security = Some.Security with { Uid = 0, Capabilities = new CapabilitySet(ulong.MaxValue, 0, 0) } };
        var container = able with { ContainerId = new string('a', 64), PidNamespace = Some.Machine.FirstPidNamespace };

        Assert.Equal("it has CAP_SYS_PTRACE, CAP_BPF", Assert.Single(new PrivilegeCheck().Of(able, Some.View(able))).Title);
        Assert.Equal((AuditRules.RunsAsRoot, nameof(Severity.Medium)), Of(new PrivilegeCheck(), root));
        Assert.Equal([("VA032", Severity.Medium), ("VA033", Severity.High)], new PrivilegeCheck().Of(container, Some.View(container)).Select(static one => (one.Rule.Id, one.Severity)).Order());
    }

    [Theory]
    [InlineData("LD_PRELOAD", "/opt/hook.so", 0u, false, nameof(Severity.Low))]
    [InlineData("LD_PRELOAD", "/tmp/hook.so", 0u, true, nameof(Severity.High))]
    [InlineData("LD_PRELOAD", "/tmp/hook.so", 1001u, false, nameof(Severity.High))]
    [InlineData("LD_PRELOAD", "/home/me/hook.so", 1000u, false, nameof(Severity.Low))]
    public void InjectedCode_IsAsBadAsWhoMayChangeIt(string name, string path, uint owner, bool others, string expected)
    {
        var service = Some.Go with { Environment = [new(name, path)], NamedFiles = new Dictionary<string, FileRights> { [path] = new(owner, "0755", others, false) } };

        Assert.Equal((AuditRules.InjectedCode, expected), Of(new InjectedCodeCheck(), service));
    }

    [Fact]
    public void InjectedCode_OfAProfiler_OnlyWhenItIsSwitchedOn()
    {
        var named = Some.DotNet with { Environment = [new("CORECLR_PROFILER_PATH", "/opt/apm.so")] };
        var on = named with { Environment = [.. named.Environment!, new("CORECLR_ENABLE_PROFILING", "1")] };

        Assert.Empty(new InjectedCodeCheck().Of(named, Some.View(named)));
        Assert.Single(new InjectedCodeCheck().Of(on, Some.View(on)));
    }

    [Theory]
    [InlineData("gctrace=1,http2debug=2", nameof(Severity.Medium))]
    [InlineData("tls3des=1", nameof(Severity.Low))]
    public void RuntimeSettings_OfGo_AreFound(string value, string expected) =>
        Assert.Equal((AuditRules.RuntimeSettings, expected), Of(new RuntimeSettingsCheck(), Some.Go with { Environment = [new("GODEBUG", value)] }));

    [Fact]
    public void RuntimeSettings_ThatAreHarmless_AreNot() =>
        Assert.Empty(new RuntimeSettingsCheck().Of(Some.Go with { Environment = [new("GODEBUG", "gctrace=1,madvdontneed=1")] }, Some.View()));

    static (AuditRule Rule, string Severity) Of(IProcessCheck check, ProcessFacts process, params ProcessFacts[] others)
    {
        var finding = Assert.Single(check.Of(process, Some.View([process, .. others])));
        return (finding.Rule, finding.Severity.ToString());
    }
}
