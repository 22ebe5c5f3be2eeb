using Vitrine.Go.Binary;

namespace Vitrine.Go.Profiles;

/// <summary>
/// How profile buckets are laid out: a header, the stack, the counters. The header (next, allnext, typ, hash, size, nstk; a word each) is the
/// same from Go 1.19 to 1.27; a bucket is variable in size, so no type describes it whole.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/mprof.go (bucket, memRecord, blockRecord, newBucket).
/// </summary>
static class BucketLayout
{
    public const int HeaderBytes = 48;
    public const int AllNextWord = 1;
    public const int TypeWord = 2;
    public const int SizeWord = 4;
    public const int DepthWord = 5;

    /// <summary>Words of one cycle of a heap bucket: allocs, frees, alloc_bytes, free_bytes; Go 1.27 dropped the bytes, which are count times size.</summary>
    public static int CycleWords(GoVersion version) => version.AtLeast(1, 27) ? 2 : 4;

    /// <summary>Bytes of the counters: four cycles (active and three future ones) for heap, count and cycles for block and mutex.</summary>
    public static int CounterBytes(BucketListKind kind, GoVersion version) => kind == BucketListKind.Memory ? 4 * CycleWords(version) * 8 : 16;
}
