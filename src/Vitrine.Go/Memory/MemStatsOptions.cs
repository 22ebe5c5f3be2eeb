namespace Vitrine.Go.Memory;

/// <summary>How to read the memory statistics.</summary>
public sealed record MemStatsOptions
{
    /// <summary>The defaults.</summary>
    public static MemStatsOptions Default { get; } = new();

    /// <summary>Times everything is read until two readings in a row are the same. A busy process never is; then the last reading within one collection counts, and says so.</summary>
    public int MaxAttempts { get; init; } = 8;
}
