using Vitrine.Go.Binary;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Memory;

/// <summary>
/// Finds the span that a heap address belongs to, through the runtime's own map of arenas. An arena has 64 MiB and 8,192 pages on 64-bit Linux.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/mheap.go (spanOf, arenaIndex), https://github.com/golang/go/blob/go1.26.0/src/runtime/malloc.go (arenaBaseOffset, heapArenaBytes).
/// </summary>
sealed class StackSpans
{
    const ulong ArenaBytes = 64 << 20;
    const ulong ArenaCount = 1 << 22;

    readonly RuntimeView _view;
    readonly ulong _arenas;
    readonly int _spansAt;
    readonly ulong _baseOffset;

    StackSpans(RuntimeView view, ulong arenas, int spansAt)
    {
        _view = view;
        _arenas = arenas;
        _spansAt = spansAt;
        // amd64 addresses are sign-extended 48-bit numbers: the runtime's map of arenas starts at the lowest of them.
        _baseOffset = view.Architecture == "amd64" ? 0xffff_8000_0000_0000 : 0;
    }

    /// <summary>Opens the map; null when the runtime's structures are not known well enough.</summary>
    public static StackSpans? TryOpen(RuntimeView view)
    {
        if (!view.AddressOf("runtime.mheap_").TryGet(out ulong mheap)
            || !view.LayoutOf("runtime.mheap").TryGet(out StructLayout? heap)
            || !view.LayoutOf("runtime.heapArena").TryGet(out StructLayout? arena)
            || heap.OffsetOf("arenas") is not { } arenasAt
            || arena.OffsetOf("spans") is not { } spansAt
            || !view.Memory.TryReadUInt64(mheap + (ulong)arenasAt, out ulong arenas)
            || arenas == 0)
            return null;
        return new StackSpans(view, arenas, spansAt);
    }

    /// <summary>The address of the <c>mspan</c> that holds an address; false when there is none.</summary>
    public bool TryFind(ulong address, out ulong span)
    {
        span = 0;
        ulong index = unchecked(address - _baseOffset) / ArenaBytes;
        return index < ArenaCount
            && _view.Memory.TryReadUInt64(unchecked(_arenas + index * 8), out ulong arena)
            && arena != 0
            && _view.Memory.TryReadUInt64(unchecked(arena + (ulong)_spansAt + address % ArenaBytes / SizeClasses.PageSize * 8), out span)
            && span != 0;
    }
}
