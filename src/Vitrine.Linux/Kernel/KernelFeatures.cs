using System.Globalization;
using System.Text;
using Vitrine.Linux.Processes;

namespace Vitrine.Linux.Kernel;

/// <summary>
/// What this machine and this process bring along for probes. Three-valued: a file that cannot be read is "not known", not "no", and then the
/// attempt decides. The order is the one in which a person would have to fix things.
/// </summary>
public static class KernelFeatures
{
    /// <summary>What is left when no probe can be attached.</summary>
    public const string StillWorks = "Without probes everything that only reads still works: ps, dump, leaks, top, mem, sched, sockets, and record with the runtime's own profiles.";

    /// <summary>The first kernel whose user probes carry a cookie, which lets one program serve many functions.</summary>
    static readonly Version s_oldestKernel = new(5, 15);

    static readonly Lazy<bool> s_multiUprobes = new(static () => Read("/proc/sys/kernel/osrelease") is { } release && TryVersion(release, out var version) && version >= MultiUprobes.Since);

    /// <summary>Whether one link can hold many probes, which makes their end quick.</summary>
    internal static bool HasMultiUprobes => s_multiUprobes.Value;

    /// <summary>Looks at everything.</summary>
    public static IReadOnlyList<KernelFeature> Survey() => Survey(ViewerPrivileges.Read(), ReadFiles());

    /// <summary>The facts that <see cref="Survey()"/> reads from files; apart, so that every row can be tested on any machine.</summary>
    /// <param name="Release">/proc/sys/kernel/osrelease.</param>
    /// <param name="Lockdown">/sys/kernel/security/lockdown; null when there is no such file.</param>
    /// <param name="UprobeType">/sys/bus/event_source/devices/uprobe/type exists.</param>
    /// <param name="UnprivilegedBpfDisabled">/proc/sys/kernel/unprivileged_bpf_disabled; null when there is no such file.</param>
    /// <param name="LibBpf">libbpf.so.1 can be loaded.</param>
    public sealed record Files(string? Release, string? Lockdown, bool UprobeType, string? UnprivilegedBpfDisabled, bool LibBpf);

    /// <summary>Judges given facts.</summary>
    public static IReadOnlyList<KernelFeature> Survey(ViewerPrivileges viewer, Files files)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        ArgumentNullException.ThrowIfNull(files);
        return [Library(files), Kernel(files), Bpf(viewer), PerfMon(viewer), UserProbes(files), Lockdown(files), Seccomp(viewer)];
    }

    static Files ReadFiles() => new(
        Read("/proc/sys/kernel/osrelease"),
        Read("/sys/kernel/security/lockdown"),
        File.Exists("/sys/bus/event_source/devices/uprobe/type"),
        Read("/proc/sys/kernel/unprivileged_bpf_disabled"),
        Vitrine.Linux.Kernel.LibBpf.IsPresent);

    static KernelFeature Library(Files files) => files.LibBpf
        ? Yes("libbpf 1.x")
        : No("libbpf 1.x", "libbpf.so.1 is not installed", "apt install libbpf1 (Debian, Ubuntu), dnf install libbpf (Fedora, RHEL 9), apk add libbpf (Alpine)");

    static KernelFeature Kernel(Files files)
    {
        var name = $"Linux {s_oldestKernel} or later";
        if (files.Release is not { } release || !TryVersion(release, out var version))
            return new(name, null, "the kernel does not say its version", "");
        return version >= s_oldestKernel
            ? Yes(name)
            : No(name, $"this is Linux {release}; user probes with a cookie and BPF links for them came with {s_oldestKernel}", "run Vitrine on a newer kernel");
    }

    static KernelFeature Bpf(ViewerPrivileges viewer)
    {
        const string name = "CAP_BPF (load BPF programs)";
        if (!viewer.Capabilities.Has(CapabilitySet.Bpf) && !viewer.Capabilities.Has(CapabilitySet.SysAdmin))
            return No(name, "this process has neither CAP_BPF nor CAP_SYS_ADMIN", Grant(viewer));
        return viewer.InUserNamespace
            ? No(name, "this is a user namespace: its root has no power over the kernel's BPF", "run it on the host as root: sudo vitrine …")
            : Yes(name);
    }

    static KernelFeature PerfMon(ViewerPrivileges viewer)
    {
        const string name = "CAP_PERFMON (attach probes and read stacks)";
        return viewer.Capabilities.Has(CapabilitySet.PerfMon) || viewer.Capabilities.Has(CapabilitySet.SysAdmin)
            ? Yes(name)
            : No(name, "this process has neither CAP_PERFMON nor CAP_SYS_ADMIN", Grant(viewer));
    }

    static KernelFeature UserProbes(Files files) => files.UprobeType
        ? Yes("user probes through perf")
        : new("user probes through perf", Directory.Exists("/sys/bus/event_source") ? false : null,
            "the kernel has no perf type 'uprobe' (CONFIG_UPROBE_EVENTS, since 4.17), or /sys is not mounted; the older way through tracefs would leave a trace event behind after a crash and is not used",
            "mount /sys, or use a kernel built with CONFIG_UPROBE_EVENTS=y");

    static KernelFeature Lockdown(Files files)
    {
        const string name = "no kernel lockdown";
        // "none integrity [confidentiality]": the mode in brackets is in force. Confidentiality forbids BPF to read memory.
        if (files.Lockdown is null)
            return new(name, null, "the kernel does not say whether it is locked down (no /sys/kernel/security/lockdown)", "");
        return files.Lockdown.Contains("[confidentiality]", StringComparison.Ordinal)
            ? No(name, "the kernel is locked down in confidentiality mode, in which BPF programs may not read memory", "start the machine without lockdown=confidentiality")
            : Yes(name);
    }

    static KernelFeature Seccomp(ViewerPrivileges viewer) => viewer.SeccompMode is > 0
        ? new("bpf(2) and perf_event_open(2) allowed by seccomp", null, "a seccomp filter is in force, which may refuse bpf(2) or perf_event_open(2)",
            "in a container: --security-opt seccomp=unconfined (Docker, Podman) or securityContext.seccompProfile.type: Unconfined (Kubernetes)")
        : Yes("bpf(2) and perf_event_open(2) allowed by seccomp");

    static string Grant(ViewerPrivileges viewer) => viewer.InContainer && viewer.EffectiveUid == 0
        ? "start the viewer's container with --cap-add=BPF --cap-add=PERFMON --cap-add=SYS_PTRACE --pid=host (Docker, Podman), or securityContext.capabilities.add: [BPF, PERFMON, SYS_PTRACE]"
        : "run it as root: sudo vitrine … (or sudo setcap cap_bpf,cap_perfmon,cap_sys_ptrace,cap_dac_read_search+ep $(which vitrine))";

    static bool TryVersion(string release, out Version version)
    {
        var digits = release.Trim().TakeWhile(static c => char.IsAsciiDigit(c) || c == '.').ToArray();
        var parts = new string(digits).Split('.', StringSplitOptions.RemoveEmptyEntries);
        version = new Version();
        if (parts.Length < 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor))
            return false;
        version = new Version(major, minor);
        return true;
    }

    static string? Read(string path) => ProcFile.TryRead(path, 4096, out _) is { } bytes ? Encoding.ASCII.GetString(bytes).Trim() : null;

    static KernelFeature Yes(string name) => new(name, true, "", "");

    static KernelFeature No(string name, string reason, string advice) => new(name, false, reason, advice);
}
