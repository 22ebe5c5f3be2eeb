namespace Vitrine.Go.Profiles;

/// <summary>How to read a bucket profile.</summary>
public sealed record BucketProfileOptions
{
    /// <summary>The defaults: the same figures as runtime/pprof.</summary>
    public static BucketProfileOptions Default { get; } = new();

    /// <summary>
    /// Heap and allocs only: also count what the runtime has recorded but not published yet. runtime/pprof shows the heap as of the end of
    /// the last collection but one; this shows allocations up to now. Objects allocated since the last collection count as live until the
    /// next one finds them dead, so the in-use figures are an upper bound.
    /// </summary>
    public bool Fresh { get; init; }

    /// <summary>Buckets that are read before the walk is cut, with a note. A large service has some 10,000.</summary>
    public int MaxBuckets { get; init; } = 1_000_000;

    /// <summary>Times a bucket that changed under the reader is read again before it counts as torn.</summary>
    public int MaxAttempts { get; init; } = 4;
}
