using System.Text;

namespace Vitrine.DotNet.Tests.Nettrace;

/// <summary>Streams of events that were made by hand.</summary>
sealed class StreamBuilder
{
    readonly List<byte> _stream = [];

    public StreamBuilder(int version = 4)
    {
        Raw("Nettrace"u8).Raw(BitConverter.GetBytes(20)).Raw("!FastSerialization.1"u8);
        Begin("Trace", version);
        foreach (var part in (short[])[2026, 11, 0, 22, 6, 30, 0, 0])
            Raw(BitConverter.GetBytes(part));
        Raw(BitConverter.GetBytes(1000L)).Raw(BitConverter.GetBytes(1_000_000_000L));
        foreach (var number in (int[])[8, 4711, 2, 0])
            Raw(BitConverter.GetBytes(number));
        Raw([6]);
    }

    public StreamBuilder Raw(ReadOnlySpan<byte> bytes)
    {
        _stream.AddRange(bytes);
        return this;
    }

    public byte[] ToArray(bool withEnd = true) => withEnd ? [.. _stream, 1] : [.. _stream];

    void Begin(string name, int version)
    {
        Raw([5, 5, 1]).Raw(BitConverter.GetBytes(version)).Raw(BitConverter.GetBytes(version)).Raw(BitConverter.GetBytes(name.Length)).Raw(Encoding.ASCII.GetBytes(name)).Raw([6]);
    }

    public StreamBuilder Block(string name, ReadOnlySpan<byte> bytes, int? size = null)
    {
        Begin(name, 2);
        Raw(BitConverter.GetBytes(size ?? bytes.Length));
        while (_stream.Count % 4 != 0)
            Raw([0]);
        return Raw(bytes).Raw([6]);
    }

    /// <summary>Describes a kind of event.</summary>
    public StreamBuilder Definition(int id, string provider = "P", string name = "E")
    {
        using var payload = new MemoryStream();
        payload.Write(BitConverter.GetBytes(id));
        payload.Write(Encoding.Unicode.GetBytes(provider + "\0"));
        payload.Write(BitConverter.GetBytes(100 + id));
        payload.Write(Encoding.Unicode.GetBytes(name + "\0"));
        payload.Write(new byte[8 + 4 + 4 + 4]);
        return Block("MetadataBlock", [.. Header(isCompressed: false), .. Event(0, 0, 0, 0, 0, payload.ToArray())]);
    }

    public static byte[] Header(bool isCompressed) => [20, 0, (byte)(isCompressed ? 1 : 0), 0, .. new byte[16]];

    /// <summary>An event with its header written out.</summary>
    public static byte[] Event(int definition, uint sequence, long thread, int stack, long ticks, byte[] payload, bool isSorted = true)
    {
        using var bytes = new MemoryStream();
        bytes.Write(BitConverter.GetBytes(76 + payload.Length));
        bytes.Write(BitConverter.GetBytes(definition | (isSorted ? 0 : 1 << 31)));
        bytes.Write(BitConverter.GetBytes(sequence));
        bytes.Write(BitConverter.GetBytes(thread));
        bytes.Write(BitConverter.GetBytes(thread));
        bytes.Write(BitConverter.GetBytes(1));
        bytes.Write(BitConverter.GetBytes(stack));
        bytes.Write(BitConverter.GetBytes(ticks));
        bytes.Write(new byte[32]);
        bytes.Write(BitConverter.GetBytes(payload.Length));
        bytes.Write(payload);
        while (bytes.Length % 4 != 0)
            bytes.WriteByte(0);
        return bytes.ToArray();
    }

    public StreamBuilder Events(params byte[][] events) => Block("EventBlock", [.. Header(isCompressed: false), .. events.SelectMany(static one => one)]);

    public StreamBuilder Point(params (long Thread, uint Sequence)[] threads) => Block("SPBlock",
        [.. new byte[8], .. BitConverter.GetBytes(threads.Length), .. threads.SelectMany(static one => (byte[])[.. BitConverter.GetBytes(one.Thread), .. BitConverter.GetBytes(one.Sequence)])]);

    public StreamBuilder Stacks(int first, params ulong[][] stacks) => Block("StackBlock",
        [.. BitConverter.GetBytes(first), .. BitConverter.GetBytes(stacks.Length), .. stacks.SelectMany(static one => (byte[])[.. BitConverter.GetBytes(one.Length * 8), .. one.SelectMany(BitConverter.GetBytes)])]);
}
