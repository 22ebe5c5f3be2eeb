namespace Vitrine.Go.Profiles;

/// <summary>The profiles that the Go runtime keeps itself, in lists of buckets: one bucket for each stack (and object size).</summary>
public enum BucketProfileKind
{
    /// <summary>Live heap objects by allocation stack, as <c>pprof.Lookup("heap")</c>.</summary>
    Heap,

    /// <summary>The same data, opened at all allocations since the start, as <c>pprof.Lookup("allocs")</c>.</summary>
    Allocs,

    /// <summary>Time blocked on channels, locks, selects …, as <c>pprof.Lookup("block")</c>.</summary>
    Block,

    /// <summary>Time others waited for the holder of a mutex, by the stack that released it, as <c>pprof.Lookup("mutex")</c>.</summary>
    Mutex,
}
