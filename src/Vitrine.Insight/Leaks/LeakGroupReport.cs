using Vitrine.Insight.Findings;
using Vitrine.Insight.Statistics;

namespace Vitrine.Insight.Leaks;

/// <summary>One group with its figures and what was concluded about it.</summary>
public sealed record LeakGroupReport
{
    /// <summary>The group.</summary>
    public required GroupKey Key { get; init; }

    /// <summary>Verdict, confidence, evidence, unknowns and next steps.</summary>
    public required Finding Finding { get; init; }

    /// <summary>Members in each observation.</summary>
    public required IReadOnlyList<int> Counts { get; init; }

    /// <summary>Growth in goroutines per second, robust, with its 95 % interval.</summary>
    public required TheilSen GrowthPerSecond { get; init; }

    /// <summary>Probability of counts that grow at least so steadily if there were no trend.</summary>
    public required double TrendP { get; init; }

    /// <summary>How long the oldest member that is still there has been watched: its age is at least this.</summary>
    public required TimeSpan OldestSeenFor { get; init; }

    /// <summary>Longest time a member has been blocked, at the least; null when the runtime has noted none.</summary>
    public required TimeSpan? LongestBlocked { get; init; }

    /// <summary>Members that arrived in the first half of the watch and are still there.</summary>
    public required long Stayed { get; init; }

    /// <summary>Members that arrived in the first half of the watch and left.</summary>
    public required long Left { get; init; }

    /// <summary>Channels or locks with the number of members that wait for each, the most shared first; at most ten.</summary>
    public required IReadOnlyList<KeyValuePair<ulong, int>> SharedResources { get; init; }

    /// <summary>Different channels or locks seen in the last observation.</summary>
    public required int ResourceCount { get; init; }

    /// <summary>Who else holds one of them.</summary>
    public required IReadOnlyList<Holder> Holders { get; init; }
}
