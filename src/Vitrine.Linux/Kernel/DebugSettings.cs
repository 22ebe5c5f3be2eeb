using System.Globalization;
using System.Text;
using Vitrine.Linux.Processes;

namespace Vitrine.Linux.Kernel;

/// <summary>The machine's settings that decide who may look into whose processes, and what a crash leaves behind. Null = the kernel has no such setting, or does not tell.</summary>
public sealed record DebugSettings
{
    const int MostBytes = 4096;

    /// <summary>kernel.yama.ptrace_scope: 0 same user, 1 descendants only, 2 CAP_SYS_PTRACE only, 3 nobody; null without yama.</summary>
    public int? PtraceScope { get; init; }

    /// <summary>kernel.perf_event_paranoid: -1 everything to everybody, 0 also raw events, 1 also the kernel, 2 own programs only; Debian and Ubuntu have 3 and 4, nothing without CAP_PERFMON.</summary>
    public int? PerfEventParanoid { get; init; }

    /// <summary>kernel.unprivileged_bpf_disabled: 0 everybody may load BPF programs, 1 nobody until the next boot, 2 nobody until it is changed.</summary>
    public int? UnprivilegedBpfDisabled { get; init; }

    /// <summary>kernel.kptr_restrict: 0 addresses of the kernel are shown hashed or, in some files, as they are; 1 only to CAP_SYSLOG; 2 to nobody.</summary>
    public int? KernelPointersRestricted { get; init; }

    /// <summary>fs.suid_dumpable: 0 no core dumps of set-uid programs, 1 as of any other (insecure), 2 readable by root only.</summary>
    public int? SetUidDumpable { get; init; }

    /// <summary>kernel.core_pattern: a path, or "|" and a program that gets the core dump.</summary>
    public string? CorePattern { get; init; }

    /// <summary>Reads the settings of now.</summary>
    public static DebugSettings Read() => new()
    {
        PtraceScope = Number("kernel/yama/ptrace_scope"),
        PerfEventParanoid = Number("kernel/perf_event_paranoid"),
        UnprivilegedBpfDisabled = Number("kernel/unprivileged_bpf_disabled"),
        KernelPointersRestricted = Number("kernel/kptr_restrict"),
        SetUidDumpable = Number("fs/suid_dumpable"),
        CorePattern = Text("kernel/core_pattern"),
    };

    static int? Number(string name) => int.TryParse(Text(name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    static string? Text(string name) => ProcFile.TryRead("/proc/sys/" + name, MostBytes, out _) is { } bytes ? Encoding.UTF8.GetString(bytes).Trim() : null;
}
