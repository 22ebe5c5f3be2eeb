namespace Vitrine.Go.Probes.Panics;

/// <summary>How panics are watched.</summary>
public sealed record PanicOptions
{
    /// <summary>Share of one processor that the probes may take from the target.</summary>
    public double Budget { get; init; } = 0.01;

    /// <summary>Panics that are kept for the result; older ones are dropped and counted. Each was handed out when it was settled.</summary>
    public int MaxKept { get; init; } = 10_000;

    /// <summary>The shortest time between two readings of the memory statistics: a storm of panics is not met with a storm of readings.</summary>
    public TimeSpan MemoryEvery { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>A panic that is open for this long is looked after: its goroutine may have called Goexit, which no probe sees.</summary>
    public TimeSpan LookAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Called with each panic when it begins; it has no outcome yet.</summary>
    public Action<PanicRecord>? OnBegin { get; init; }

    /// <summary>Called with each panic when its outcome is known.</summary>
    public Action<PanicRecord>? OnSettled { get; init; }
}
