using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using Vitrine.Pprof.Storage;

namespace Vitrine.Pprof.Wire;

/// <summary>Takes a run of packed numbers apart: the innermost loop of reading.</summary>
internal static class PackedVarints
{
    const ulong Continuations = 0x8080808080808080;

    /// <summary>Writes the provisional numbers of packed ids to <paramref name="numbers"/>, which has room for as many as there are bytes, and returns how many there were.</summary>
    [MethodImpl(HotLoop.Compile)]
    public static int ReadIds(ReadOnlySpan<byte> packed, Span<int> numbers, IdTable ids)
    {
        int at = 0, count = 0, highest = -1;
        // Ids of up to four bytes, which is nearly all, without a branch on their length: branching on it goes wrong every other time.
        while (at <= packed.Length - 8)
        {
            var word = BinaryPrimitives.ReadUInt64LittleEndian(packed[at..]);
            var ends = ~word & Continuations;
            var length = (BitOperations.TrailingZeroCount(ends) >> 3) + 1;
            if (length > 4)
                break;
            word &= ends ^ (ends - 1);
            var id = (int)((word & 0x7F) | ((word & 0x7F00) >> 1) | ((word & 0x7F0000) >> 2) | ((word & 0x7F000000) >> 3));
            if (id == 0)
                break;
            at += length;
            numbers[count++] = id - 1;
            highest = Math.Max(highest, id - 1);
        }
        ids.NoteReference(highest);
        for (var cursor = new WireCursor(packed[at..]); !cursor.AtEnd;)
            numbers[count++] = ids.Reference(cursor.Varint());
        return count;
    }
}
