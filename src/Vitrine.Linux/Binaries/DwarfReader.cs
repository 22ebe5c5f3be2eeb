using System.Buffers.Binary;

namespace Vitrine.Linux.Binaries;

/// <summary>A position in a debug section. Every step is checked: running over the end is a <see cref="BadBinaryException"/>, never a wrong value.</summary>
internal ref struct DwarfReader(ReadOnlySpan<byte> data, int position, int end, string name)
{
    readonly ReadOnlySpan<byte> data = data[..end];
    readonly string name = name;

    public int Position { get; private set; } = position;

    public readonly bool AtEnd => Position >= data.Length;

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint UInt24()
    {
        var bytes = Take(3);
        return (uint)(bytes[0] | bytes[1] << 8 | bytes[2] << 16);
    }

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>An offset into another section: 4 bytes, 8 in the 64-bit form of DWARF.</summary>
    public ulong Offset(bool is64) => is64 ? UInt64() : UInt32();

    public ulong Address(int size) => size switch
    {
        8 => UInt64(),
        4 => UInt32(),
        _ => throw Bad($"addresses of {size} bytes"),
    };

    public ulong Uleb()
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var b = Byte();
            if (shift < 64)
                value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
                return value;
            if (shift > 70)
                throw Bad("a number of more than 64 bits");
        }
    }

    public long Sleb()
    {
        long value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var b = Byte();
            if (shift < 64)
                value |= (long)(b & 0x7f) << shift;
            if (b < 0x80)
                return shift + 7 < 64 && (b & 0x40) != 0 ? value | -1L << (shift + 7) : value;
            if (shift > 70)
                throw Bad("a number of more than 64 bits");
        }
    }

    public ReadOnlySpan<byte> ZeroTerminated()
    {
        var rest = data[Math.Min(Position, data.Length)..];
        var length = rest.IndexOf((byte)0);
        if (length < 0)
            throw Bad("a text without an end");
        Position += length + 1;
        return rest[..length];
    }

    public ReadOnlySpan<byte> Take(ulong length)
    {
        if (Position > data.Length || length > (ulong)(data.Length - Position))
            throw Bad($"{length} bytes wanted, {Math.Max(0, data.Length - Position)} left");
        var bytes = data.Slice(Position, (int)length);
        Position += (int)length;
        return bytes;
    }

    public readonly BadBinaryException Bad(string what) => new($"{name}: damaged debug information at offset 0x{Position:x}: {what}.");
}
