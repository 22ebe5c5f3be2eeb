using System.Buffers;
using System.Runtime.CompilerServices;

namespace Vitrine.Pprof.Wire;

/// <summary>
/// A growing buffer of encoded fields. A message's length stands before its content, so the content is written to a buffer of its own first and then copied:
/// cheaper than counting the bytes of every number beforehand.
/// </summary>
internal sealed class WireBuffer : IDisposable
{
    const int LongestVarint = 10;
    byte[] _bytes = ArrayPool<byte>.Shared.Rent(64 << 10);

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Content => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Varint(ulong value)
    {
        if (_bytes.Length - Length < LongestVarint)
            Grow(LongestVarint);
        Length = Put(_bytes, Length, value);
    }

    static int Put(byte[] bytes, int at, ulong value)
    {
        while (value >= 0x80)
        {
            bytes[at++] = (byte)(value | 0x80);
            value >>= 7;
        }
        bytes[at] = (byte)value;
        return at + 1;
    }

    /// <summary>A number field, also when it is 0.</summary>
    public void Number(int field, ulong value)
    {
        Varint((ulong)field << 3);
        Varint(value);
    }

    /// <summary>A number field, left out when it is 0, as proto3 does.</summary>
    public void OptionalNumber(int field, ulong value)
    {
        if (value != 0)
            Number(field, value);
    }

    /// <summary>A length-delimited field.</summary>
    public void Bytes(int field, ReadOnlySpan<byte> content)
    {
        Varint(((ulong)field << 3) | (int)WireType.Length);
        Varint((ulong)content.Length);
        if (_bytes.Length - Length < content.Length)
            Grow(content.Length);
        content.CopyTo(_bytes.AsSpan(Length));
        Length += content.Length;
    }

    /// <summary>Location numbers of a stack as the ids they are written with (index + 1), as one run without tags.</summary>
    public void PackedIds(ReadOnlySpan<int> indexes)
    {
        if (_bytes.Length - Length < indexes.Length * 5)
            Grow(indexes.Length * 5);
        var bytes = _bytes;
        var at = Length;
        foreach (var index in indexes)
            at = Put(bytes, at, (uint)index + 1);
        Length = at;
    }

    void Grow(int more)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_bytes.Length * 2, Length + more));
        Content.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }

    public void Dispose()
    {
        if (_bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }
}
