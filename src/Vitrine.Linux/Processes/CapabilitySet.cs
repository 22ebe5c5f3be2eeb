namespace Vitrine.Linux.Processes;

/// <summary>The capability masks of /proc/PID/status; bit N is capability N of capabilities(7).</summary>
/// <param name="Effective">What is in force.</param>
/// <param name="Permitted">What may be put in force.</param>
/// <param name="Bounding">What an exec can gain at most: in a container, what the container was given.</param>
public readonly record struct CapabilitySet(ulong Effective, ulong Permitted, ulong Bounding)
{
    /// <summary>CAP_SYS_PTRACE: look into processes of other users.</summary>
    public const int SysPtrace = 19;

    /// <summary>CAP_SYS_ADMIN.</summary>
    public const int SysAdmin = 21;

    /// <summary>CAP_PERFMON (Linux 5.8).</summary>
    public const int PerfMon = 38;

    /// <summary>CAP_BPF (Linux 5.8).</summary>
    public const int Bpf = 39;

    /// <summary>CAP_DAC_READ_SEARCH: open files of other users.</summary>
    public const int DacReadSearch = 2;

    /// <summary>CAP_DAC_OVERRIDE: write files of other users.</summary>
    public const int DacOverride = 1;

    /// <summary>CAP_SYS_MODULE: load code into the kernel.</summary>
    public const int SysModule = 16;

    /// <summary>CAP_SYS_RAWIO: read and write the machine's memory and devices.</summary>
    public const int SysRawIo = 17;

    /// <summary>True when <paramref name="capability"/> is in force.</summary>
    public bool Has(int capability) => (Effective >> capability & 1) != 0;
}
