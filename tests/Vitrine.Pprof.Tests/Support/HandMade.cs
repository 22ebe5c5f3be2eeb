namespace Vitrine.Pprof.Tests.Support;

/// <summary>Protobuf written by hand, right or wrong, without any help from the code under test.</summary>
public sealed class HandMade
{
    readonly List<byte> _bytes = [];

    public byte[] Content => [.. _bytes];

    public HandMade Number(int field, ulong value) => Varint((ulong)field << 3).Varint(value);

    public HandMade Bytes(int field, ReadOnlySpan<byte> content)
    {
        Varint(((ulong)field << 3) | 2).Varint((ulong)content.Length);
        return Raw(content);
    }

    public HandMade Message(int field, Action<HandMade> content)
    {
        var message = new HandMade();
        content(message);
        return Bytes(field, message.Content);
    }

    public HandMade Fixed32(int field, uint value) => Varint(((ulong)field << 3) | 5).Raw(BitConverter.GetBytes(value));

    public HandMade Fixed64(int field, ulong value) => Varint(((ulong)field << 3) | 1).Raw(BitConverter.GetBytes(value));

    public HandMade Raw(ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public HandMade Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
        return this;
    }
}
