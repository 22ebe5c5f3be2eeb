using System.Diagnostics;

namespace Vitrine.Linux.Kernel;

/// <summary>
/// The clock of bpf_ktime_get_ns, which is CLOCK_MONOTONIC, and where it lies on the wall clock. .NET's <see cref="Stopwatch"/> reads the same clock
/// in nanoseconds on Linux, so that times of the kernel and of this process can be compared.
/// </summary>
public readonly record struct MonotonicClock
{
    readonly DateTimeOffset _wall;
    readonly long _monotonic;

    MonotonicClock(DateTimeOffset wall, long monotonic)
    {
        _wall = wall;
        _monotonic = monotonic;
    }

    /// <summary>Nanoseconds since the machine started, without the time it slept.</summary>
    public static long Now => Stopwatch.GetTimestamp() * (1_000_000_000 / Stopwatch.Frequency);

    /// <summary>Ties the two clocks together as they are now.</summary>
    public static MonotonicClock Tie() => new(DateTimeOffset.UtcNow, Now);

    /// <summary>The wall clock's time of a time of the kernel.</summary>
    public DateTimeOffset ToWallClock(long monotonicNs) => _wall.AddTicks((monotonicNs - _monotonic) / 100);
}
