using System.Buffers.Binary;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Binary;

/// <summary>
/// The loadable bytes of a binary, by link-time address, in two ways: <see cref="TryRaw"/> without a copy and without relocations (tables
/// that hold offsets only), and <see cref="TryRead"/> with relocations applied (structures that hold pointers; without them a
/// position-independent executable shows zeros).
/// </summary>
sealed class BinaryImage
{
    const ulong PageSize = 4096;

    readonly ElfSegment[] loads;

    public BinaryImage(ElfFile elf)
    {
        Elf = elf;
        Memory = elf.Memory;
        loads = [.. elf.Segments.Where(s => s.Type == ElfSegment.Load && s.FileSize > 0)];
    }

    public ElfFile Elf { get; }

    public FileMemory Memory { get; }

    /// <summary>PT_LOAD segments that have bytes in the file.</summary>
    public IReadOnlyList<ElfSegment> Loads => loads;

    /// <summary>The bytes from <paramref name="address"/> to the end of the file-backed part of its segment; unrelocated.</summary>
    public bool TryRaw(ulong address, out ReadOnlySpan<byte> bytes)
    {
        if (TryLocate(address, out var offset, out var length))
        {
            bytes = Elf.Bytes(offset, length);
            return true;
        }
        bytes = default;
        return false;
    }

    /// <summary>File offset of an address, and how many bytes of its segment follow in the file (at most 2 GiB).</summary>
    public bool TryLocate(ulong address, out ulong offset, out ulong length)
    {
        foreach (var segment in loads)
        {
            if (address < segment.Address || address - segment.Address >= segment.FileSize)
                continue;
            offset = unchecked(segment.Offset + (address - segment.Address));
            if (offset < segment.Offset || offset >= Elf.Length)
                continue;
            length = Math.Min(Math.Min(segment.FileSize - (address - segment.Address), Elf.Length - offset), int.MaxValue);
            return true;
        }
        offset = length = 0;
        return false;
    }

    /// <summary>Fills <paramref name="destination"/> with relocated bytes; false when part of the range is not in the image.</summary>
    public bool TryRead(ulong address, Span<byte> destination) => Memory.Read(address, destination) == destination.Length;

    /// <summary>Reads a relocated pointer.</summary>
    public bool TryReadPointer(ulong address, out ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        var ok = TryRead(address, bytes);
        value = ok ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;
        return ok;
    }

    /// <summary>True when the address lies in a loadable segment (memory, so .bss too).</summary>
    public bool Contains(ulong address)
    {
        foreach (var segment in Elf.Segments)
        {
            if (segment.Type == ElfSegment.Load && segment.Contains(address))
                return true;
        }
        return false;
    }

    /// <summary>
    /// Bytes from <paramref name="address"/> on that a read in one go may take: at most <paramref name="wanted"/>, at most what the segment has in the file,
    /// at least a page when there is one. Keeps a hostile length from choosing the size of a buffer.
    /// </summary>
    public int Clamp(ulong address, ulong wanted) =>
        TryLocate(address, out _, out var length) ? (int)Math.Min(Math.Max(wanted, PageSize), length) : 0;
}
