using Vitrine.Go.Binary;

namespace Vitrine.Go.Profiles;

/// <summary>What one heap bucket counts.</summary>
/// <param name="Version">The Go version: 1.27 keeps no bytes, they are count times object size.</param>
/// <param name="ObjectSize">The bucket's object size, in bytes.</param>
/// <param name="Allocs">Objects allocated.</param>
/// <param name="Frees">Objects freed.</param>
/// <param name="AllocBytes">Bytes allocated.</param>
/// <param name="FreeBytes">Bytes freed.</param>
readonly record struct HeapCounts(GoVersion Version, long ObjectSize, long Allocs, long Frees, long AllocBytes, long FreeBytes)
{
    bool BySize => Version.AtLeast(1, 27);

    /// <summary>The value of the sample's <c>bytes</c> label; 0 for none.</summary>
    public long LabelSize => BySize ? ObjectSize : Allocs > 0 ? AllocBytes / Allocs : 0;

    /// <summary>All allocations, scaled.</summary>
    public (long Count, long Bytes) ScaleAllocated(long rate) =>
        BySize ? HeapSampleScale.BySize(Allocs, ObjectSize, rate) : HeapSampleScale.ByMean(Allocs, AllocBytes, rate);

    /// <summary>What is in use, scaled.</summary>
    public (long Count, long Bytes) ScaleInUse(long rate) =>
        BySize
            ? HeapSampleScale.BySize(unchecked(Allocs - Frees), ObjectSize, rate)
            : HeapSampleScale.ByMean(unchecked(Allocs - Frees), unchecked(AllocBytes - FreeBytes), rate);
}
