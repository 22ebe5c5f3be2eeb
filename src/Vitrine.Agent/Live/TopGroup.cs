using Vitrine.Insight.Leaks;

namespace Vitrine.Agent.Live;

/// <summary>One line of <c>vitrine top</c>: goroutines of one state, blocked line and creation site.</summary>
sealed record TopGroup(GroupKey Key, int Count, int ChangeSinceLast, int ChangeSinceStart, TimeSpan? LongestBlocked, IReadOnlyList<string> Stack);

/// <summary>What the lines are sorted by.</summary>
enum TopSort
{
    Count,
    Change,
    Total,
    Blocked,
}

/// <summary>One look as <c>vitrine top</c> shows it.</summary>
sealed record TopSample(
    DateTimeOffset At, TimeSpan ReadIn, int Goroutines, int Torn, IReadOnlyDictionary<string, int> States, string Heap, string NextCollection, string Processors, IReadOnlyList<TopGroup> Groups);
