using Vitrine.Go.Binary;

namespace Vitrine.Go.Probes.Collector;

/// <summary>One stop of the world: from when the runtime began to stop the goroutines until they ran again.</summary>
/// <remarks>
/// <see cref="DurationNs"/> is what the runtime itself counts: from Go 1.22 the value that it records in <c>/sched/pauses/total/gc:seconds</c> or
/// <c>…/other:seconds</c> (read at that call); before, for the collector's own stops, the difference of its timestamps that go into
/// <c>MemStats.PauseNs</c>. Earlier versions count no other stops; for these it is the time between the probes.
/// <see cref="StartedNs"/> to <see cref="EndedNs"/> is what goroutines lived through; it ends a little later, because the runtime takes the end of mark
/// termination before it wakes anybody.
/// </remarks>
public sealed record StopTheWorld
{
    /// <summary>The runtime's words: <c>GC sweep termination</c>, <c>read mem stats</c>, <c>all goroutines stack trace</c> …, the same for all versions.</summary>
    public required string Reason { get; init; }

    /// <summary>Who stopped the world.</summary>
    public required StopCause Cause { get; init; }

    /// <summary>When the stop began, CLOCK_MONOTONIC.</summary>
    public required long StartedNs { get; init; }

    /// <summary>When goroutines ran again, CLOCK_MONOTONIC.</summary>
    public required long EndedNs { get; init; }

    /// <summary>How long the world stood still, as the runtime counts it.</summary>
    public required long DurationNs { get; init; }

    /// <summary>Whether <see cref="DurationNs"/> is the runtime's own figure; else it was measured by the probes.</summary>
    public required bool CountedByRuntime { get; init; }

    /// <summary>How long it took until the last goroutine had stopped, of the duration; null before Go 1.23, which does not tell.</summary>
    public long? StoppingNs { get; init; }

    /// <summary>The same as <see cref="StartedNs"/> on the wall clock.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>The goroutine that stopped the world.</summary>
    public ulong Goroutine { get; init; }

    /// <summary>Why a collection began; only at its first stop.</summary>
    public GcTrigger Trigger { get; init; }

    /// <summary>Number of the collection since the probes went on, from 1; 0 when its beginning was not seen, or for a stop outside of one.</summary>
    public ulong Sequence { get; init; }

    /// <summary>The stack of who stopped the world, innermost frame first; empty when it could not be taken.</summary>
    public IReadOnlyList<SourceFrame> Frames { get; init; } = [];
}
