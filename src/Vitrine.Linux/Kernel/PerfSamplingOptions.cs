namespace Vitrine.Linux.Kernel;

/// <summary>What <see cref="PerfEventRings"/> is asked for.</summary>
public sealed record PerfSamplingOptions
{
    /// <summary>Samples per second of processor time.</summary>
    public int FrequencyHz { get; init; } = 99;

    /// <summary>Bytes of the user stack that come with each sample, a multiple of 8; 0 for neither stack nor registers.</summary>
    public int StackBytes { get; init; } = 8192;

    /// <summary>Ask for samples in the kernel too; without the privilege there are none, and <see cref="PerfEventRings.SeesKernel"/> says so.</summary>
    public bool Kernel { get; init; } = true;

    /// <summary>
    /// Most bytes of data of one ring, a power of two of pages. A sample with its stack has about 8.5 KB, so that 2 MB hold a second of a busy processor at 199 Hz. Rings are as large as may be locked
    /// in memory: kernel.perf_event_mlock_kb (516 KB) for each processor of the machine and RLIMIT_MEMLOCK together; smaller ones are tried when they are refused.
    /// </summary>
    public int RingBytes { get; init; } = 2 << 20;

    /// <summary>Most file descriptors to take; 0 for half of those that RLIMIT_NOFILE leaves free.</summary>
    public int MaximumDescriptors { get; init; }
}
