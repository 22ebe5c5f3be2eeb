namespace Vitrine.DotNet.Events;

/// <summary>What a recording of runtime events may cost; a recording that goes beyond is ended and cleaned up, and its result says so.</summary>
public sealed record EventBudget
{
    /// <summary>
    /// Events that may happen in a second. One with a stack costs the thread that it happens on some 2 to 12 µs, so this bounds the target's own time.
    /// </summary>
    public int EventsPerSecond { get; init; } = 100_000;

    /// <summary>Size of the runtime's ring of events, in MiB of the target's memory. What does not fit is dropped by the runtime, and counted.</summary>
    public int BufferMegabytes { get; init; } = 64;

    /// <summary>Bytes of events that are kept here at most while they wait to be read.</summary>
    public long MaximumBytes { get; init; } = 64L << 20;

    /// <summary>The default budget.</summary>
    public static EventBudget Default { get; } = new();
}
