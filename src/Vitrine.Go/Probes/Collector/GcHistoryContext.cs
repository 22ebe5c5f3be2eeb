using Vitrine.Go.Binary;
using Vitrine.Go.Probes.Stacks;

namespace Vitrine.Go.Probes.Collector;

/// <summary>What a history needs of the outside.</summary>
sealed record GcHistoryContext
{
    public required GoVersion Version { get; init; }

    /// <summary>CLOCK_MONOTONIC to wall clock.</summary>
    public required Func<long, DateTimeOffset> Clock { get; init; }

    /// <summary>The frames of a stack.</summary>
    public required Func<StackKey, IReadOnlyList<SourceFrame>> Frames { get; init; }

    /// <summary>Fills a buffer from an address of the target; false when it cannot be read.</summary>
    public required Func<ulong, byte[], bool> ReadMemory { get; init; }

    /// <summary>The sums of assists of a collection, by its number since the probes went on; null when they were overwritten.</summary>
    public required Func<ulong, AssistSums?> Sums { get; init; }

    /// <summary>Whether assists are measured; else why not.</summary>
    public string? NoAssists { get; init; }

    public bool AssistsWatched => NoAssists is null;

    /// <summary>Collections kept.</summary>
    public int MaxKept { get; init; } = 10_000;

    /// <summary>Intervals kept.</summary>
    public int MaxIntervals { get; init; } = 65_536;
}
