namespace Vitrine.Insight.Leaks;

/// <summary>Thresholds of leak detection. The defaults were chosen so that pools, draining bursts and steady load stay silent.</summary>
public sealed record LeakSettings
{
    /// <summary>Dumps needed before growth is judged at all; below it every verdict is "none" and says so.</summary>
    public int MinimumObservations { get; init; } = 6;

    /// <summary>Largest probability, under "no trend", at which a count is said to grow.</summary>
    public double SignificanceLevel { get; init; } = 0.01;

    /// <summary>Goroutines that must have come and stayed before a group is more than noise.</summary>
    public int MinimumStayers { get; init; } = 3;

    /// <summary>Share of arrivals that stay (lower 95 % bound) from which a growing group is a leak and not slow work.</summary>
    public double LeakStayShare { get; init; } = 0.6;

    /// <summary>The same share from which a growing group is at least suspect; below it most of those who come leave, as load does.</summary>
    public double SuspectStayShare { get; init; } = 0.3;

    /// <summary>How long a group that does not grow must have been blocked, at the least, before it is suspected.</summary>
    public TimeSpan StuckAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Members followed by id per group; a larger group is followed by a fixed sample of its ids.</summary>
    public int MaximumFollowed { get; init; } = 65_536;

    /// <summary>Channels and locks remembered per group.</summary>
    public int MaximumResources { get; init; } = 4_096;

    /// <summary>Groups followed; further ones are counted and reported as not followed.</summary>
    public int MaximumGroups { get; init; } = 20_000;
}
