using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Vitrine.DotNet.Nettrace;

/// <summary>Reads the fields of an event one after another: little endian, packed, strings in UTF-16 with a zero at the end. Reading past the end throws <see cref="BadNettraceException"/>.</summary>
/// <param name="bytes">The payload.</param>
/// <param name="pointerSize">Bytes of a pointer in the process that wrote it.</param>
public ref struct PayloadReader(ReadOnlySpan<byte> bytes, int pointerSize = 8)
{
    readonly ReadOnlySpan<byte> _bytes = bytes;
    readonly int _pointerSize = pointerSize;
    int _at;

    /// <summary>Bytes that were not read yet.</summary>
    public readonly int Remaining => _bytes.Length - _at;

    /// <summary>Where in the payload the next field is.</summary>
    public readonly int Position => _at;

    /// <summary>An unsigned byte.</summary>
    public byte ReadByte() => Take(1)[0];

    /// <summary>A 32-bit truth value, as the runtime's native events have.</summary>
    public bool ReadBoolean32() => ReadInt32() != 0;

    /// <summary>16 bits without a sign.</summary>
    public ushort ReadUInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    /// <summary>32 bits with a sign.</summary>
    public int ReadInt32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    /// <summary>32 bits without a sign.</summary>
    public uint ReadUInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <summary>64 bits with a sign.</summary>
    public long ReadInt64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    /// <summary>64 bits without a sign.</summary>
    public ulong ReadUInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>A floating-point number of 32 bits.</summary>
    public float ReadSingle() => BinaryPrimitives.ReadSingleLittleEndian(Take(4));

    /// <summary>A floating-point number of 64 bits.</summary>
    public double ReadDouble() => BinaryPrimitives.ReadDoubleLittleEndian(Take(8));

    /// <summary>An address of the process that wrote the event.</summary>
    public ulong ReadPointer() => _pointerSize == 4 ? ReadUInt32() : ReadUInt64();

    /// <summary>A GUID.</summary>
    public Guid ReadGuid() => new(Take(16));

    /// <summary>Some bytes.</summary>
    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if (count < 0) throw new BadNettraceException($"An event has a length of {count}.");
        return Take(count);
    }

    /// <summary>Leaves out some bytes.</summary>
    public void Skip(int count) => ReadBytes(count);

    /// <summary>A string up to its terminating zero, without a copy: valid as long as the event.</summary>
    public ReadOnlySpan<char> ReadUtf16()
    {
        // A payload begins at any address; x86-64 and arm64 read characters at odd ones, and the span is never written to.
        var characters = MemoryMarshal.Cast<byte, char>(_bytes[_at..]);
        var end = characters.IndexOf('\0');
        if (end < 0) throw new BadNettraceException("A string in an event has no end.");
        _at += (end + 1) * sizeof(char);
        return characters[..end];
    }

    /// <summary>A string up to its terminating zero.</summary>
    public string ReadString() => ReadUtf16().ToString();

    ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - _at) throw new BadNettraceException($"An event of {_bytes.Length} bytes is shorter than its fields.");
        var taken = _bytes.Slice(_at, count);
        _at += count;
        return taken;
    }
}
