namespace Vitrine.Linux.Kernel;

/// <summary>PERF_RECORD_* of linux/perf_event.h, as far as they are asked for.</summary>
public enum PerfRecordType
{
    /// <summary>Records were lost because the ring was full: an id and how many.</summary>
    Lost = 2,

    /// <summary>A thread has a name.</summary>
    Comm = 3,

    /// <summary>A thread ended.</summary>
    Exit = 4,

    /// <summary>The kernel stopped an event because it fired too often.</summary>
    Throttle = 5,

    /// <summary>It goes on after a throttle.</summary>
    Unthrottle = 6,

    /// <summary>A thread was created.</summary>
    Fork = 7,

    /// <summary>A sample.</summary>
    Sample = 9,

    /// <summary>Samples were dropped by the kernel.</summary>
    LostSamples = 13,
}
