using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Vitrine.Pprof.Wire;

/// <summary>A position in the bytes of one message. Never reads past the end; says what is wrong by <see cref="WireException"/>.</summary>
internal ref struct WireCursor
{
    readonly ReadOnlySpan<byte> _bytes;
    int _position;

    public WireCursor(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    public readonly bool AtEnd => _position >= _bytes.Length;

    public readonly int Position => _position;

    /// <summary>Reads a field's tag: number and wire type.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Tag(out WireType type)
    {
        if (_position < _bytes.Length && _bytes[_position] is >= 8 and < 0x80 and var small)
        {
            _position++;
            type = (WireType)(small & 7);
            return small >> 3;
        }
        return LongTag(out type);
    }

    int LongTag(out WireType type)
    {
        var tag = Varint();
        type = (WireType)(tag & 7);
        var field = tag >> 3;
        if (field is 0 or > 0x1FFFFFFF)
            throw new WireException($"field number {field} is outside protobuf's range");
        return (int)field;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Varint()
    {
        var bytes = _bytes;
        var position = _position;
        if ((uint)position < (uint)bytes.Length && bytes[position] < 0x80)
        {
            _position = position + 1;
            return bytes[position];
        }
        return LongVarint();
    }

    ulong LongVarint()
    {
        var rest = _bytes[_position..];
        if (rest.Length >= 8)
        {
            // All of a number of up to 8 bytes at once: keep the bytes up to the first one without a continuation bit, then close the gaps of one bit.
            var word = BinaryPrimitives.ReadUInt64LittleEndian(rest);
            var ends = ~word & 0x8080808080808080;
            if (ends != 0)
            {
                _position += (BitOperations.TrailingZeroCount(ends) >> 3) + 1;
                word &= ends ^ (ends - 1);
                word &= 0x7F7F7F7F7F7F7F7F;
                word = ((word & 0x7F007F007F007F00) >> 1) | (word & 0x007F007F007F007F);
                word = ((word & 0x3FFF00003FFF0000) >> 2) | (word & 0x00003FFF00003FFF);
                return ((word & 0x0FFFFFFF00000000) >> 4) | (word & 0x000000000FFFFFFF);
            }
        }
        ulong value = 0;
        for (var i = 0; i < rest.Length && i < 10; i++)
        {
            value |= (ulong)(rest[i] & 0x7F) << (7 * i);
            if (rest[i] < 0x80)
            {
                _position += i + 1;
                return value;
            }
        }
        throw new WireException(rest.Length < 10 ? "a number is cut off" : "a number is longer than the 10 bytes of protobuf's longest");
    }

    /// <summary>Reads the content of a length-delimited field.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        var length = Varint();
        if (length > (ulong)(_bytes.Length - _position))
            throw new WireException($"a field claims {length} bytes, but its message has {_bytes.Length - _position} left");
        var content = _bytes.Slice(_position, (int)length);
        _position += (int)length;
        return content;
    }

    /// <summary>Passes over a field that this library does not know; producers may add some, and older readers must not stumble over them.</summary>
    public void Skip(WireType type)
    {
        switch (type)
        {
            case WireType.Varint:
                Varint();
                break;
            case WireType.Fixed64:
                Advance(8);
                break;
            case WireType.Length:
                Bytes();
                break;
            case WireType.Fixed32:
                Advance(4);
                break;
            default:
                throw UnknownType(type);
        }
    }

    public static WireException UnknownType(WireType type) => new($"wire type {(int)type} is not used in profiles");

    void Advance(int count)
    {
        if (count > _bytes.Length - _position)
            throw new WireException($"a field of {count} bytes is cut off");
        _position += count;
    }

    /// <summary>Reads a varint field after checking that it is one.</summary>
    public ulong Varint(WireType type) => type == WireType.Varint ? Varint() : throw new WireException($"a number has wire type {(int)type} instead of 0");

    /// <summary>Reads a length-delimited field after checking that it is one.</summary>
    public ReadOnlySpan<byte> Bytes(WireType type) => type == WireType.Length ? Bytes() : throw new WireException($"a message has wire type {(int)type} instead of 2");

    /// <summary>Reads a reference to the string table. Whether the string exists is checked when the table is complete: it comes last.</summary>
    public int StringReference(WireType type)
    {
        var value = Varint(type);
        return value <= int.MaxValue ? (int)value : throw new WireException($"string number {(long)value} cannot exist");
    }
}
