namespace Vitrine.Go.Probes.Collector;

/// <summary>How a collector is watched.</summary>
public sealed record GcWatchOptions
{
    /// <summary>Share of one processor that the probes may take from the target: 0.01 is one percent.</summary>
    public double Budget { get; init; } = 0.01;

    /// <summary>Whether mark assists are measured: two probes on each assist, two more when it has to wait.</summary>
    public bool Assists { get; init; } = true;

    /// <summary>Whether each assist is told one by one, as an event and an interval, besides the sums by goroutine and stack.</summary>
    public bool SingleAssists { get; init; }

    /// <summary>Collections that are kept one by one; of stops twice as many. Totals are of all.</summary>
    public int MaxKept { get; init; } = 10_000;
}
