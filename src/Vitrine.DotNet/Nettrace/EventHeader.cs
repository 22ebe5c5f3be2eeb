using System.Buffers.Binary;

namespace Vitrine.DotNet.Nettrace;

/// <summary>
/// The header of an event in a block. In compressed blocks a header holds only what differs from the one before it, so it is read on top of that one; a block begins with zeros.
/// </summary>
struct EventHeader
{
    const int HasDefinition = 1, HasSequence = 2, HasThread = 4, HasStack = 8, HasActivity = 16, HasRelatedActivity = 32, Sorted = 64, HasLength = 128;

    public int DefinitionId;
    public uint Sequence;
    public long CaptureThreadId;
    public int Processor;
    public long ThreadId;
    public int StackId;
    public long Ticks;
    public Guid ActivityId;
    public bool IsSorted;
    public int PayloadLength;

    /// <summary>Reads a compressed header; <paramref name="at"/> is at the payload then.</summary>
    public void ReadCompressed(ReadOnlySpan<byte> block, ref int at)
    {
        int flags = Byte(block, ref at);
        if ((flags & HasDefinition) != 0) DefinitionId = (int)Variable(block, ref at);
        if ((flags & HasSequence) != 0)
        {
            Sequence += (uint)Variable(block, ref at);
            CaptureThreadId = (long)Variable(block, ref at);
            Processor = (int)Variable(block, ref at);
        }
        // Descriptions of events (definition 0) are not numbered.
        if (DefinitionId != 0) Sequence++;
        if ((flags & HasThread) != 0) ThreadId = (long)Variable(block, ref at);
        if ((flags & HasStack) != 0) StackId = (int)Variable(block, ref at);
        Ticks += (long)Variable(block, ref at);
        if ((flags & HasActivity) != 0) ActivityId = new Guid(Bytes(block, ref at, 16));
        if ((flags & HasRelatedActivity) != 0) Bytes(block, ref at, 16);
        IsSorted = (flags & Sorted) != 0;
        if ((flags & HasLength) != 0) PayloadLength = (int)Variable(block, ref at);
    }

    /// <summary>Reads a header that is written out; <paramref name="at"/> is at the payload then.</summary>
    public void ReadPlain(ReadOnlySpan<byte> block, ref int at)
    {
        Bytes(block, ref at, 4); // size of the whole, which the payload's length says again
        var definition = BinaryPrimitives.ReadUInt32LittleEndian(Bytes(block, ref at, 4));
        DefinitionId = (int)(definition & 0x7fff_ffff);
        IsSorted = (definition & 0x8000_0000) == 0;
        Sequence = BinaryPrimitives.ReadUInt32LittleEndian(Bytes(block, ref at, 4));
        ThreadId = BinaryPrimitives.ReadInt64LittleEndian(Bytes(block, ref at, 8));
        CaptureThreadId = BinaryPrimitives.ReadInt64LittleEndian(Bytes(block, ref at, 8));
        Processor = BinaryPrimitives.ReadInt32LittleEndian(Bytes(block, ref at, 4));
        StackId = BinaryPrimitives.ReadInt32LittleEndian(Bytes(block, ref at, 4));
        Ticks = BinaryPrimitives.ReadInt64LittleEndian(Bytes(block, ref at, 8));
        ActivityId = new Guid(Bytes(block, ref at, 16));
        Bytes(block, ref at, 16);
        PayloadLength = BinaryPrimitives.ReadInt32LittleEndian(Bytes(block, ref at, 4));
    }

    static byte Byte(ReadOnlySpan<byte> block, ref int at) => Bytes(block, ref at, 1)[0];

    static ReadOnlySpan<byte> Bytes(ReadOnlySpan<byte> block, ref int at, int count)
    {
        if (count > block.Length - at) throw new BadNettraceException("The header of an event goes beyond its block.");
        var bytes = block.Slice(at, count);
        at += count;
        return bytes;
    }

    // Seven bits a byte, lowest first; the eighth says that more follow.
    static ulong Variable(ReadOnlySpan<byte> block, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var one = Byte(block, ref at);
            value |= (ulong)(one & 0x7f) << shift;
            if (one < 0x80) return value;
        }
        throw new BadNettraceException("A number in the header of an event is longer than 64 bits.");
    }
}
