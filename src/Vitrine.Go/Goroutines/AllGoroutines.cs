using System.Runtime.InteropServices;
using Vitrine.Go.Binary;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Goroutines;

/// <summary>
/// Reads the runtime's list of all goroutines. It only grows: the runtime stores the pointer to a larger array before the larger length, so the length must be
/// read first (https://github.com/golang/go/blob/go1.26.0/src/runtime/proc.go, allgadd and atomicAllG).
/// </summary>
internal sealed class AllGoroutines
{
    private readonly IMemoryReader _memory;
    private readonly ulong _length;
    private readonly ulong _array;

    public AllGoroutines(GoTarget target)
    {
        _memory = target.Memory;
        if (target.TryGlobal("runtime.allglen", out _length, out _) && target.TryGlobal("runtime.allgptr", out _array, out _))
            return;
        // The slice itself: pointer, length, capacity. Its three words are not stored in a promised order, which the checks of each g make up for.
        if (!target.TryGlobal("runtime.allgs", out ulong slice, out string reason))
            throw new GoBinaryException($"the list of goroutines was not found: {reason}");
        _array = slice;
        _length = slice + 8;
    }

    /// <summary>Addresses of all g structures, in the order in which the runtime made them.</summary>
    /// <exception cref="GoBinaryException">The list cannot be read, or is longer than the limit.</exception>
    public ulong[] Read(int limit)
    {
        if (!_memory.TryReadUInt64(_length, out ulong length) || !_memory.TryReadUInt64(_array, out ulong array))
            throw new GoBinaryException("the list of goroutines cannot be read: the process may be starting or ending; try again");
        if (length > (ulong)limit)
            throw new GoBinaryException($"the list of goroutines claims {length} entries, above the limit of {limit}: the memory of the process is damaged or this Go version is not known");
        ulong[] addresses = new ulong[length];
        if (!_memory.TryRead(array, MemoryMarshal.AsBytes(addresses.AsSpan())))
            throw new GoBinaryException($"the list of goroutines ({length} entries) cannot be read whole: the process may be ending; try again");
        return addresses;
    }
}
