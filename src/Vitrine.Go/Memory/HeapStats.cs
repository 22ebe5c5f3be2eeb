using Vitrine.Go.Binary;

namespace Vitrine.Go.Memory;

/// <summary>
/// The sum of the three generations of <c>memstats.heapStats</c>. Writers add to one generation while a reader (runtime/metrics) merges the
/// others; as ReadMemStats does with the world stopped, all three are added: the sum does not depend on which generation is current.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/mstats.go (heapStatsDelta, consistentHeapStats.unsafeRead).
/// </summary>
sealed class HeapStats
{
    const int Generations = 3;

    public required ulong Committed { get; init; }

    public required ulong Released { get; init; }

    public required ulong InHeap { get; init; }

    public required ulong InStacks { get; init; }

    public required ulong InWorkBufs { get; init; }

    /// <summary>Bytes of unrolled GC programs; gone in Go 1.25, then 0.</summary>
    public required ulong InPtrScalarBits { get; init; }

    public required ulong TinyAllocCount { get; init; }

    public required ulong LargeAlloc { get; init; }

    public required ulong LargeAllocCount { get; init; }

    public required ulong LargeFree { get; init; }

    public required ulong LargeFreeCount { get; init; }

    public required ulong[] SmallAllocCount { get; init; }

    public required ulong[] SmallFreeCount { get; init; }

    /// <summary>Adds the generations up.</summary>
    /// <exception cref="GoBinaryException">The layout of <c>runtime.mstats</c> lacks a field that is needed.</exception>
    public static HeapStats Sum(StructImage memstats)
    {
        StructLayout layout = memstats.Layout;
        int first = layout.RequiredOffset("heapStats.stats[0]");
        int stride = layout.RequiredOffset("heapStats.stats[1]") - first;

        // Additions wrap on purpose: a generation holds deltas, one of them may be "negative" while the sum is not.
        ulong Sum(string field, int index = 0)
        {
            int offset = layout.RequiredOffset($"heapStats.stats[0].{field}") + index * 8;
            ulong sum = 0;
            for (int generation = 0; generation < Generations; generation++)
                sum += memstats.TryGetUInt64At(offset + generation * stride, out ulong part) ? part : throw Outside(field);
            return sum;
        }

        ulong[] SumEach(string field)
        {
            var sums = new ulong[SizeClasses.Count];
            int offset = layout.RequiredOffset($"heapStats.stats[0].{field}");
            for (int index = 0; index < sums.Length; index++)
                for (int generation = 0; generation < Generations; generation++)
                    sums[index] += memstats.TryGetUInt64At(offset + generation * stride + index * 8, out ulong part) ? part : throw Outside(field);
            return sums;
        }

        return new HeapStats
        {
            Committed = Sum("committed"),
            Released = Sum("released"),
            InHeap = Sum("inHeap"),
            InStacks = Sum("inStacks"),
            InWorkBufs = Sum("inWorkBufs"),
            InPtrScalarBits = layout.OffsetOf("heapStats.stats[0].inPtrScalarBits") is null ? 0 : Sum("inPtrScalarBits"),
            TinyAllocCount = Sum("tinyAllocCount"),
            LargeAlloc = Sum("largeAlloc"),
            LargeAllocCount = Sum("largeAllocCount"),
            LargeFree = Sum("largeFree"),
            LargeFreeCount = Sum("largeFreeCount"),
            SmallAllocCount = SumEach("smallAllocCount"),
            SmallFreeCount = SumEach("smallFreeCount"),
        };
    }

    static GoBinaryException Outside(string field) => new($"field heapStats.stats[].{field} lies outside runtime.mstats: its layout is wrong for this binary");
}
