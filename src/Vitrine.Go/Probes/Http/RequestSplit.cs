namespace Vitrine.Go.Probes.Http;

/// <summary>
/// Where the time of a request went, by what its goroutine did at every moment. The parts add up to the duration, because each nanosecond is put into
/// exactly one of them. All times in nanoseconds.
/// </summary>
public sealed record RequestSplit
{
    /// <summary>On a processor, marking for the collector excepted. The cost of the probes themselves is in here.</summary>
    public required long OnCpuNs { get; init; }

    /// <summary>It could run, and waited for a processor of the Go scheduler.</summary>
    public required long ReadyNs { get; init; }

    /// <summary>The Go scheduler let it run, and its thread waited for a processor of the kernel.</summary>
    public required long PreemptedNs { get; init; }

    /// <summary>Its thread slept in the kernel: a system call, a page fault.</summary>
    public required long InKernelNs { get; init; }

    /// <summary>Parked; <see cref="Waits"/> has the reasons.</summary>
    public required long ParkedNs { get; init; }

    /// <summary>It marked for the collector, or waited until somebody had: mark assist.</summary>
    public required long AssistNs { get; init; }

    /// <summary>It would have run, and the world was stopped for a collection.</summary>
    public required long GcStopNs { get; init; }

    /// <summary>It would have run, and the world was stopped for something else (ReadMemStats, a goroutine profile, GOMAXPROCS).</summary>
    public required long OtherStopNs { get; init; }

    /// <summary>Of the time it waited for something else: while the world was stopped for a collection. Took nothing from the request that is known.</summary>
    public required long StoppedWhileWaitingNs { get; init; }

    /// <summary>Of <see cref="RunnableNs"/>: while a collection marked. The collector's workers need processors too; how much of it is theirs cannot be told.</summary>
    public required long RunnableDuringGcNs { get; init; }

    /// <summary>What it was parked for, longest first.</summary>
    public required IReadOnlyList<RequestWait> Waits { get; init; }

    /// <summary>Ready to run and not running: for Go's scheduler or for the kernel's.</summary>
    public long RunnableNs => ReadyNs + PreemptedNs;

    /// <summary>Waiting for something to happen: parked, or in the kernel.</summary>
    public long WaitingNs => ParkedNs + InKernelNs;

    /// <summary>What the collector took for certain: stops of the world, and mark assist.</summary>
    public long GcNs => GcStopNs + AssistNs;

    /// <summary>All parts together.</summary>
    public long TotalNs => OnCpuNs + RunnableNs + WaitingNs + GcNs + OtherStopNs;
}

/// <summary>What a request's goroutine was parked for.</summary>
/// <param name="Reason">In Go's own words: "sleep", "sync.Mutex.Lock", "IO wait".</param>
/// <param name="Count">How often; null for reasons that were not kept apart.</param>
/// <param name="TotalNs">For how long altogether, in nanoseconds.</param>
public sealed record RequestWait(string Reason, int? Count, long TotalNs);
