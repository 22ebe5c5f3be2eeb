namespace Vitrine.Go.Probes.Collector;

/// <summary>What happened in an interval.</summary>
public enum GcIntervalKind
{
    /// <summary>The world stood still at the start of a collection.</summary>
    SweepTermination,

    /// <summary>The collector marked beside the goroutines.</summary>
    ConcurrentMark,

    /// <summary>The world stood still at the end of marking.</summary>
    MarkTermination,

    /// <summary>The world stood still for somebody else.</summary>
    OtherStop,

    /// <summary>A goroutine marked for the collector.</summary>
    Assist,

    /// <summary>A goroutine waited for others to mark.</summary>
    AssistWait,
}

/// <summary>A stretch of time in which the collector, or a stop of the world, was in the way of goroutines.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="StartedNs">CLOCK_MONOTONIC.</param>
/// <param name="EndedNs">CLOCK_MONOTONIC.</param>
/// <param name="Goroutine">The goroutine that it happened to; 0: to all.</param>
public readonly record struct GcInterval(GcIntervalKind Kind, long StartedNs, long EndedNs, ulong Goroutine)
{
    /// <summary>Nanoseconds that this interval and <paramref name="from"/> to <paramref name="to"/> have in common.</summary>
    public long Overlap(long from, long to) => Math.Max(0, Math.Min(EndedNs, to) - Math.Max(StartedNs, from));
}
