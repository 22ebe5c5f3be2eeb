using Vitrine.Instruments;

namespace Vitrine.Go.Probes.Collector;

/// <summary>One collection. Times of day and durations are the runtime's own where its account could be read, as <c>GODEBUG=gctrace=1</c> prints them.</summary>
public sealed record GcCycle
{
    /// <summary>The runtime's number (<c>MemStats.NumGC</c> after it); unknown when its account cannot be read.</summary>
    public required Known<long> Number { get; init; }

    /// <summary>Number since the probes went on, from 1; 0 for the one that was under way then.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>What started it.</summary>
    public required GcTrigger Trigger { get; init; }

    /// <summary>Goroutine that started it; 0 when that was not seen.</summary>
    public ulong StartedBy { get; init; }

    /// <summary>Why this is not the whole of it; null when it is.</summary>
    public string? Partial { get; init; }

    /// <summary>When it began (the first stop), CLOCK_MONOTONIC.</summary>
    public required long StartedNs { get; init; }

    /// <summary>When marking ended and the world ran again, CLOCK_MONOTONIC.</summary>
    public required long EndedNs { get; init; }

    /// <summary><see cref="StartedNs"/> on the wall clock.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>First stop: ends the sweep of the collection before and switches marking on.</summary>
    public required Known<long> SweepTerminationPauseNs { get; init; }

    /// <summary>Marking beside the goroutines, between the two stops.</summary>
    public required Known<long> ConcurrentMarkNs { get; init; }

    /// <summary>Last stop: ends marking. When marking had to be taken up again, the sum of these stops.</summary>
    public required Known<long> MarkTerminationPauseNs { get; init; }

    /// <summary>From the end of marking until the background sweeper found everything swept; unknown when the next collection came first.</summary>
    public required Known<long> SweepNs { get; init; }

    /// <summary>
    /// Time that goroutines marked instead of doing their own work: the runtime's own figure, the one of <c>gctrace</c> and of
    /// <c>/cpu/classes/gc/mark/assist:cpu-seconds</c>; where it cannot be read, <see cref="MeasuredAssistNs"/>.
    /// </summary>
    public Known<long> AssistNs => RuntimeAssistNs.IsKnown ? RuntimeAssistNs : MeasuredAssistNs;

    /// <summary>The runtime's own figure.</summary>
    public required Known<long> RuntimeAssistNs { get; init; }

    /// <summary>
    /// The same added up from the timestamps of each assist, which is how single goroutines are told apart. The runtime leaves up to 5 µs of each
    /// processor and cycle out of its figure.
    /// </summary>
    public required Known<long> MeasuredAssistNs { get; init; }

    /// <summary>How often goroutines marked.</summary>
    public required Known<long> Assists { get; init; }

    /// <summary>Time that goroutines waited for others to mark.</summary>
    public required Known<long> AssistWaitNs { get; init; }

    /// <summary>Processor time of the background workers that mark as their only work, and of those that share a processor.</summary>
    public required Known<long> BackgroundMarkNs { get; init; }

    /// <summary>Processor time of marking on processors that had nothing else to do.</summary>
    public required Known<long> IdleMarkNs { get; init; }

    /// <summary>Heap when it began: live objects and garbage (<c>gctrace</c>: the first of the three).</summary>
    public required Known<ulong> HeapBeforeBytes { get; init; }

    /// <summary>Heap when marking ended (the second of the three).</summary>
    public required Known<ulong> HeapAtMarkEndBytes { get; init; }

    /// <summary>Live heap that it left: what was marked (the third).</summary>
    public required Known<ulong> HeapAfterBytes { get; init; }

    /// <summary>Goal that it was to stay below.</summary>
    public required Known<ulong> GoalBytes { get; init; }

    /// <summary>Goal of the next one.</summary>
    public required Known<ulong> NextGoalBytes { get; init; }

    /// <summary>Share of the processors' time since the end of the collection before that this one took, 0 to 1.</summary>
    public required Known<double> CpuShare { get; init; }

    /// <summary>The same since the program began, as the runtime has it (<c>MemStats.GCCPUFraction</c>).</summary>
    public required Known<double> CpuShareSinceStart { get; init; }

    /// <summary>Bytes of spans swept, when the sweep has ended.</summary>
    public required Known<ulong> SweptBytes { get; init; }

    /// <summary>Bytes given back to the operating system since the collection before.</summary>
    public required Known<ulong> ScavengedBytes { get; init; }

    /// <summary>Processors (GOMAXPROCS).</summary>
    public required Known<int> Processors { get; init; }

    /// <summary>Both stops together: what <c>MemStats.PauseNs</c> has for this collection.</summary>
    public required Known<long> PauseNs { get; init; }
}
