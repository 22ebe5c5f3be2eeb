using Vitrine.Go.Binary;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Memory;

/// <summary>
/// The lists that flushed spans are pushed on. A list grows by blocks of 512 entries that come from a pool, else from the runtime's own memory;
/// that memory moves from <c>OtherSys</c> to <c>GCSys</c>. Seldom: only lists that were never used in this generation, or are full, grow.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/mspanset.go (push, spanSetBlockAlloc), https://github.com/golang/go/blob/go1.26.0/src/runtime/mcentral.go (uncacheSpan).
/// </summary>
static class SpanLists
{
    const ulong BlockEntries = 512;
    const ulong FirstSpineEntries = 256;

    /// <summary>Bytes that pushing the spans takes from the runtime's memory.</summary>
    public static ulong NewBytes(RuntimeView view, IReadOnlyList<ProcessorCaches.CachedSpan> spans, uint sweepGeneration, List<string> notes)
    {
        if (spans.Count == 0)
            return 0;
        if (!view.AddressOf("runtime.mheap_").TryGet(out ulong mheap) || SpanListLayout.Of(view) is not { } lists)
        {
            notes.Add("The span lists are not known: GCSys and OtherSys are as they are now, a flush may move some KB between them.");
            return 0;
        }

        ulong blocks = 0, spineBytes = 0;
        uint half = sweepGeneration / 2 % 2;
        foreach (var list in spans.GroupBy(s => (s.SpanClass, Full: s.AllocCount >= s.Elements)))
        {
            if (lists.TryRead(view.Memory, mheap, list.Key.SpanClass, list.Key.Full, half) is not var (length, capacity, index))
            {
                notes.Add("The span lists are not readable: GCSys and OtherSys are as they are now, a flush may move some KB between them.");
                return 0;
            }
            ulong end = (index & uint.MaxValue) + (ulong)list.Count();
            for (ulong needed = (end + BlockEntries - 1) / BlockEntries; length < needed && blocks < (ulong)spans.Count; length++, blocks++)
            {
                if (length != capacity)
                    continue;
                capacity = capacity == 0 ? FirstSpineEntries : Math.Min(capacity * 2, 1 << 24);
                spineBytes += capacity * 8;
            }
        }
        if (blocks == 0)
            return 0;

        ulong pooled = PooledBlocks(view, blocks, out bool known);
        if (!known)
            notes.Add($"Up to {blocks} blocks of span lists may move some KB from OtherSys to GCSys when the statistics are read in the process: how many are pooled is not known.");
        return spineBytes + (blocks - pooled) * BlockBytes(view.Version);
    }

    // A block is 512 pointers behind a header: 24 bytes, from Go 1.25 on padded to the alignment of a tagged pointer (512).
    static ulong BlockBytes(GoVersion version) => BlockEntries * 8 + (version.AtLeast(1, 25) ? 512UL : 24UL);

    /// <summary>Blocks in the pool, counted up to <paramref name="wanted"/>. The pool is a lock-free stack whose pointers carry a counter in their low bits.</summary>
    static ulong PooledBlocks(RuntimeView view, ulong wanted, out bool known)
    {
        known = view.AddressOf("runtime.spanSetBlockPool").TryGet(out ulong pool) && view.Memory.TryReadUInt64(pool, out _) && view.Architecture == "amd64";
        if (!known || !view.Memory.TryReadUInt64(pool, out ulong head))
            return wanted;
        ulong count = 0;
        for (; head != 0 && count < wanted; count++)
        {
            ulong node = Unpack(head, view.Version);
            if (!view.Memory.TryReadUInt64(node, out head))
                break;
        }
        return count;
    }

    // amd64: https://github.com/golang/go/blob/go1.24.0/src/runtime/tagptr_64bit.go keeps 19 bits of counter above 8-byte alignment,
    // https://github.com/golang/go/blob/go1.26.0/src/runtime/tagptr_64bit.go (from 1.25 on) 25 bits above 512-byte alignment.
    static ulong Unpack(ulong value, GoVersion version) => (ulong)(version.AtLeast(1, 25) ? (long)value >> 25 << 9 : (long)value >> 19 << 3);
}
