using System.Globalization;
using System.Text;
using Vitrine.Linux.Native;

namespace Vitrine.Linux.Processes;

/// <summary>What this process itself may do: the facts that decide whether the kernel lets it look into another one (ptrace(2), "access mode checking").</summary>
/// <param name="EffectiveUid">Effective user id.</param>
/// <param name="Capabilities">Capability masks of this process.</param>
/// <param name="YamaScope">kernel.yama.ptrace_scope: 0 same user, 1 descendants only, 2 CAP_SYS_PTRACE only, 3 nobody; null without yama.</param>
/// <param name="InUserNamespace">True when user ids are mapped: root here is not root of the machine.</param>
/// <param name="InContainer">True when this process runs in a container, as far as its files show.</param>
/// <param name="SeccompMode">0 none, 1 strict, 2 filter; null when the kernel does not say.</param>
public sealed record ViewerPrivileges(uint EffectiveUid, CapabilitySet Capabilities, int? YamaScope, bool InUserNamespace, bool InContainer, int? SeccompMode)
{
    /// <summary>True when CAP_SYS_PTRACE is in force.</summary>
    public bool CanTraceOthers => Capabilities.Has(CapabilitySet.SysPtrace);

    /// <summary>Reads the state of now.</summary>
    public static ViewerPrivileges Read()
    {
        // Credentials belong to threads, and the kernel asks for those of the thread that looks.
        var status = ProcStatus.TryRead("/proc/thread-self/status") ?? ProcStatus.TryRead("/proc/self/status");
        var yama = ProcFile.TryRead("/proc/sys/kernel/yama/ptrace_scope", 64, out _);
        return new ViewerPrivileges(
            Libc.GetEffectiveUid(),
            status?.Capabilities ?? default,
            yama is not null && int.TryParse(Encoding.ASCII.GetString(yama).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var scope) ? scope : null,
            HasMappedUids(),
            File.Exists("/.dockerenv") || File.Exists("/run/.containerenv") || Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is not null
                || ContainerIds.FromCgroupPath(ContainerIds.CgroupPath(ProcFile.TryRead("/proc/self/cgroup", 65_536, out _)) ?? "") is not null,
            status?.SeccompMode);
    }

    static bool HasMappedUids()
    {
        // The initial user namespace maps everything: "0 0 4294967295".
        var map = ProcFile.TryRead("/proc/self/uid_map", 4096, out _);
        return map is { Length: > 0 }
            && !Encoding.ASCII.GetString(map).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).SequenceEqual(["0", "0", "4294967295"]);
    }
}
