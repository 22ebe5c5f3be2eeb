using System.Buffers.Binary;
using Vitrine.Linux.Unwinding;

namespace Vitrine.DotNet.Cpu;

/// <summary>
/// The stack of a sample: the part that the kernel copied and, beyond it, what the kernel's own call chain says of it. The kernel followed the frame pointers and kept the return addresses; so for
/// each link of that chain two words of the stack are known, the return address and that the next link is there, and nothing else.
/// </summary>
/// <remarks>
/// Beyond the copy the addresses of the links are not known and are made up, ascending. A frame that is unwound by its frame pointer finds its words there; one that is not asks for another
/// address and learns that it cannot be read. So the two meet only where the frame pointer of the walk is the link that the kernel was at, and no caller is made up.
/// </remarks>
sealed unsafe class SampledStack : IStackMemory
{
    /// <summary>Between made-up addresses: less than the largest frame that the unwinder believes, and no size that a frame has.</summary>
    const ulong Spacing = 0x7_FF38;

    byte* _copy;
    ulong _start, _length, _beyond;
    ulong* _chain;
    int _links;

    /// <summary>Whether the last walk used the kernel's chain.</summary>
    public bool WentBeyond { get; private set; }

    /// <summary>Takes the next sample's stack.</summary>
    /// <param name="start">The stack pointer: the first address of the copy.</param>
    /// <param name="copy">The copy.</param>
    /// <param name="length">Its length in bytes.</param>
    /// <param name="framePointer">The frame pointer of the sample.</param>
    /// <param name="chain">The kernel's chain of user addresses: the instruction, then return addresses.</param>
    /// <param name="links">Its length.</param>
    public void Set(ulong start, byte* copy, int length, ulong framePointer, ulong* chain, int links)
    {
        (_start, _length, _beyond, _links, WentBeyond) = (start, (ulong)length, 0, 0, false);
        _copy = copy;
        for (var i = 1; i < links; i++)
        {
            if (framePointer < start) return;
            if (!TryCopy(framePointer + 8, out var back))
            {
                (_beyond, _links) = (framePointer, links - i);
                _chain = chain + i;
                return;
            }
            // The kernel read the same words a moment before; when it did not, its chain is of no use.
            if (back != chain[i] || !TryCopy(framePointer, out var next) || next <= framePointer) return;
            framePointer = next;
        }
    }

    bool TryCopy(ulong address, out ulong word)
    {
        word = 0;
        var at = unchecked(address - _start);
        if (at > _length || _length - at < 8) return false;
        word = *(ulong*)(_copy + at);
        return true;
    }

    /// <inheritdoc/>
    public bool TryRead(ulong address, Span<byte> destination)
    {
        var at = unchecked(address - _start);
        if (at <= _length && _length - at >= (ulong)destination.Length)
        {
            new ReadOnlySpan<byte>(_copy + at, destination.Length).CopyTo(destination);
            return true;
        }
        if (_beyond == 0 || address < _beyond) return false;
        var (link, offset) = Math.DivRem(address - _beyond, Spacing);
        if (link >= (ulong)_links) return false;
        var (next, back) = (_beyond + (link + 1) * Spacing, _chain[link]);
        switch (offset, destination.Length)
        {
            case (0, 16):
                BinaryPrimitives.WriteUInt64LittleEndian(destination, next);
                BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], back);
                break;
            case (0, 8):
                BinaryPrimitives.WriteUInt64LittleEndian(destination, next);
                break;
            case (8, 8):
                BinaryPrimitives.WriteUInt64LittleEndian(destination, back);
                break;
            default:
                return false;
        }
        WentBeyond = true;
        return true;
    }
}
