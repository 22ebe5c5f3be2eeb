namespace Vitrine.Linux.Processes;

/// <summary>What the kernel enforces on a process, from /proc/PID/status (proc_pid_status(5)). Null = the kernel does not say.</summary>
public sealed record ProcessSecurity
{
    /// <summary>The parent; 0 when it is outside of the viewer's pid namespace.</summary>
    public required int ParentPid { get; init; }

    /// <summary>Effective user id in the viewer's user namespace.</summary>
    public required uint? Uid { get; init; }

    /// <summary>The capabilities.</summary>
    public required CapabilitySet Capabilities { get; init; }

    /// <summary>True when it cannot gain privileges by exec.</summary>
    public required bool? NoNewPrivileges { get; init; }

    /// <summary>0 none, 1 strict, 2 filter.</summary>
    public required int? SeccompMode { get; init; }

    /// <summary>How many seccomp filters are in force (Linux 5.9).</summary>
    public required int? SeccompFilters { get; init; }

    /// <summary>Pid of the tracer, 0 = none. A tracer in a pid namespace that the viewer cannot see also reads as 0.</summary>
    public required int TracerPid { get; init; }

    /// <summary>A thread of the kernel, not a program (Linux 6.8).</summary>
    public required bool? IsKernelThread { get; init; }

    /// <summary>True while the kernel writes its core dump.</summary>
    public required bool? IsDumpingCore { get; init; }

    internal static ProcessSecurity Of(ProcStatus status) => new()
    {
        ParentPid = status.ParentPid ?? 0,
        Uid = status.Uids is [_, var effective, ..] ? effective : null,
        Capabilities = status.Capabilities,
        NoNewPrivileges = status.NoNewPrivileges,
        SeccompMode = status.SeccompMode,
        SeccompFilters = status.SeccompFilters,
        TracerPid = status.TracerPid,
        IsKernelThread = status.IsKernelThread,
        IsDumpingCore = status.IsDumpingCore,
    };
}
