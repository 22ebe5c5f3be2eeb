using System.Buffers.Binary;
using Vitrine.Go.Binary;
using Vitrine.Linux.Memory;

namespace Vitrine.Go;

/// <summary>Finds where the loader put a position-independent executable, and checks it against the memory of the process.</summary>
internal static class LoadBias
{
    /// <summary>AT_ENTRY of the auxiliary vector: the entry point, at its address in the process.</summary>
    private const ulong AtEntry = 9;

    /// <param name="binary">The executable.</param>
    /// <param name="auxiliaryVector">Pairs of words, as the kernel hands them to a new program.</param>
    /// <param name="memory">The memory of the process.</param>
    public static ulong Of(GoBinary binary, ReadOnlySpan<byte> auxiliaryVector, IMemoryReader memory)
    {
        ulong bias = 0;
        if (binary.IsPie)
        {
            if (!TryEntry(auxiliaryVector, out ulong entry))
                throw new GoBinaryException("the process is position-independent and its auxiliary vector has no entry point, so its addresses are unknown");
            bias = unchecked(entry - binary.Elf.EntryPoint);
        }

        // The function table in memory must be the one in the file: another file, or another place, would show.
        Span<byte> inFile = stackalloc byte[32];
        Span<byte> inMemory = stackalloc byte[32];
        ulong table = binary.Module.PcHeader;
        if (!binary.Memory.TryRead(table, inFile))
            throw new GoBinaryException("the executable's function table cannot be read");
        // Bytes 24 to 31 hold the start of the code, which the loader relocates in a position-independent executable before Go 1.26.
        if (!memory.TryRead(unchecked(table + bias), inMemory) || !inFile[..24].SequenceEqual(inMemory[..24]))
        {
            throw new GoBinaryException(
                $"the memory of the process does not hold the function table of {binary.Elf.Name}: it runs another file, or it is just starting; try again");
        }
        return bias;
    }

    private static bool TryEntry(ReadOnlySpan<byte> vector, out ulong entry)
    {
        for (; vector.Length >= 16; vector = vector[16..])
        {
            entry = BinaryPrimitives.ReadUInt64LittleEndian(vector[8..]);
            if (BinaryPrimitives.ReadUInt64LittleEndian(vector) == AtEntry)
                return true;
        }
        entry = 0;
        return false;
    }
}
