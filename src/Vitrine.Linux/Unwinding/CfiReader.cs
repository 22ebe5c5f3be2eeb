using System.Buffers.Binary;

namespace Vitrine.Linux.Unwinding;

/// <summary>Reads numbers of .eh_frame. What lies behind the end reads as 0 and sets <see cref="Failed"/>: a caller asks once instead of at each step.</summary>
ref struct CfiReader(ReadOnlySpan<byte> bytes, int at, int end)
{
    readonly ReadOnlySpan<byte> _bytes = bytes;
    readonly int _end = Math.Min(end, bytes.Length);

    /// <summary>Offset of the next byte.</summary>
    public int At { get; private set; } = at;

    /// <summary>Something was read that is not there.</summary>
    public bool Failed { get; private set; } = at < 0 || at > bytes.Length;

    public readonly bool HasMore => !Failed && At < _end;

    public byte UInt8() => Take(1) is { Length: 1 } b ? b[0] : (byte)0;

    public ushort UInt16() => Take(2) is { Length: 2 } b ? BinaryPrimitives.ReadUInt16LittleEndian(b) : (ushort)0;

    public uint UInt32() => Take(4) is { Length: 4 } b ? BinaryPrimitives.ReadUInt32LittleEndian(b) : 0;

    public ulong UInt64() => Take(8) is { Length: 8 } b ? BinaryPrimitives.ReadUInt64LittleEndian(b) : 0;

    public ulong Unsigned()
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var b = UInt8();
            if (shift < 64)
                value |= (ulong)(b & 0x7F) << shift;
            if ((b & 0x80) == 0)
                return value;
        }
        Failed = true;
        return 0;
    }

    public long Signed()
    {
        long value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var b = UInt8();
            if (shift < 64)
                value |= (long)(b & 0x7F) << shift;
            if ((b & 0x80) != 0)
                continue;
            return shift + 7 < 64 && (b & 0x40) != 0 ? value | -1L << (shift + 7) : value;
        }
        Failed = true;
        return 0;
    }

    /// <summary>A block of bytes behind its length.</summary>
    public (int At, int Length) Block()
    {
        var length = Unsigned();
        var start = At;
        Skip(length);
        return Failed ? (0, 0) : (start, (int)length);
    }

    public void Skip(ulong count)
    {
        if (Failed || count > (ulong)(_end - At))
            Failed = true;
        else
            At += (int)count;
    }

    /// <summary>A pointer in one of the encodings of .eh_frame (DW_EH_PE_…, Linux Standard Base, "DWARF Exception Header Encoding").</summary>
    /// <param name="encoding">Format in the low four bits, what it is relative to in the next three.</param>
    /// <param name="sectionAddress">Link-time address of the section's first byte.</param>
    /// <param name="dataBase">What a data-relative pointer is relative to.</param>
    public ulong Pointer(byte encoding, ulong sectionAddress, ulong dataBase)
    {
        const int programCounter = 0x10, data = 0x30;
        var here = unchecked(sectionAddress + (ulong)At);
        var value = (encoding & 0xF) switch
        {
            0x0 or 0x4 or 0xC => UInt64(),
            0x1 => Unsigned(),
            0x2 => UInt16(),
            0x3 => UInt32(),
            0x9 => (ulong)Signed(),
            0xA => (ulong)(short)UInt16(),
            0xB => (ulong)(int)UInt32(),
            _ => Fail(),
        };
        return (encoding & 0x70) switch
        {
            0 => value,
            programCounter => unchecked(here + value),
            data => unchecked(dataBase + value),
            _ => Fail(),
        };
    }

    ulong Fail()
    {
        Failed = true;
        return 0;
    }

    ReadOnlySpan<byte> Take(int count)
    {
        if (Failed || _end - At < count)
        {
            Failed = true;
            return default;
        }
        var taken = _bytes.Slice(At, count);
        At += count;
        return taken;
    }
}
