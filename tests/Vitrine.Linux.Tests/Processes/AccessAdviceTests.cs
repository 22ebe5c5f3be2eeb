using Vitrine.Linux.Processes;

namespace Vitrine.Linux.Tests.Processes;

public sealed class AccessAdviceTests
{
    static readonly ViewerPrivileges Plain = new(1000, default, null, InUserNamespace: false, InContainer: false, SeccompMode: 0);
    static readonly CapabilitySet Ptrace = new(1UL << CapabilitySet.SysPtrace, 1UL << CapabilitySet.SysPtrace, ulong.MaxValue);

    public static TheoryData<string, ViewerPrivileges, uint, string, string> Rows() => new()
    {
        { "another user", Plain, 0, "belongs to user 0, you are user 1000", "sudo vitrine" },
        { "same user, yama", Plain with { YamaScope = 1 }, 1000, "ptrace_scope is 1", "sysctl kernel.yama.ptrace_scope=0" },
        { "same user, yama 2", Plain with { YamaScope = 2 }, 1000, "ptrace_scope is 2", "sudo vitrine" },
        { "nobody", Plain with { YamaScope = 3, EffectiveUid = 0, Capabilities = Ptrace }, 0, "ptrace_scope is 3", "reboot" },
        { "same user, not dumpable", Plain with { YamaScope = 0 }, 1000, "not dumpable", "sudo vitrine" },
        { "container without the capability", Plain with { EffectiveUid = 0, InContainer = true }, 0, "CAP_SYS_PTRACE", "--cap-add=SYS_PTRACE" },
        { "Kubernetes", Plain with { EffectiveUid = 0, InContainer = true }, 0, "CAP_SYS_PTRACE", "kubectl debug" },
        { "root of a user namespace", Plain with { EffectiveUid = 0, InUserNamespace = true, Capabilities = Ptrace }, 0, "user namespace", "on the host" },
        { "seccomp", Plain with { EffectiveUid = 0, Capabilities = Ptrace, SeccompMode = 2 }, 0, "seccomp", "seccomp=unconfined" },
        { "security module", Plain with { EffectiveUid = 0, Capabilities = Ptrace }, 0, "security module", "apparmor=unconfined" },
        { "stripped root", Plain with { EffectiveUid = 0 }, 0, "without CAP_SYS_PTRACE", "AmbientCapabilities" },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public void Explain_EachSituation_NamesItAndTheNextCommand(string situation, ViewerPrivileges viewer, uint targetUid, string reason, string advice)
    {
        var (why, next) = AccessAdvice.Explain(viewer, targetUid, new CapabilitySet(0, 0, 0));
        Assert.True(why.Contains(reason, StringComparison.Ordinal), $"{situation}: {why}");
        Assert.True(next.Contains(advice, StringComparison.Ordinal), $"{situation}: {next}");
    }

    [Fact]
    public void Read_OfThisProcess_EqualsItsStatus()
    {
        var viewer = ViewerPrivileges.Read();
        var status = File.ReadLines("/proc/self/status").ToDictionary(l => l.Split(':')[0], l => l.Split(':', 2)[1].Trim());
        Assert.Equal(status["Uid"].Split('\t')[1], viewer.EffectiveUid.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(status["CapEff"], viewer.Capabilities.Effective.ToString("x16", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(File.Exists("/proc/sys/kernel/yama/ptrace_scope"), viewer.YamaScope is not null);
    }
}
