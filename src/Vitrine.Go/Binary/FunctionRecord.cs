using System.Buffers.Binary;

namespace Vitrine.Go.Binary;

/// <summary>
/// A view of one <c>_func</c> record and the two arrays behind it. Every read is bounded by the table; what lies outside reads as absent.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/runtime2.go (_func); before 1.20 there is no startLine.
/// </summary>
readonly ref struct FunctionRecord
{
    readonly ReadOnlySpan<byte> bytes;
    readonly int fixedSize;

    public FunctionRecord(ReadOnlySpan<byte> bytes, bool hasStartLine)
    {
        fixedSize = hasStartLine ? 44 : 40;
        this.bytes = bytes.Length >= fixedSize ? bytes : default;
    }

    public bool IsValid => !bytes.IsEmpty;

    public uint EntryOffset => U32(0);

    public int NameOffset => (int)U32(4);

    public int ArgsSize => (int)U32(8);

    public uint DeferReturn => U32(12);

    public uint PcSp => U32(16);

    public uint PcFile => U32(20);

    public uint PcLine => U32(24);

    public uint PcDataCount => U32(28);

    public uint CompileUnitOffset => U32(32);

    public int StartLine => fixedSize == 44 ? (int)U32(36) : 0;

    public byte FuncId => Byte(fixedSize - 4);

    public byte Flags => Byte(fixedSize - 3);

    public byte FuncDataCount => Byte(fixedSize - 1);

    /// <summary>Offset of a PCDATA table in the pc tables; 0 when there is none.</summary>
    public uint PcData(int table) => table >= 0 && (uint)table < PcDataCount ? U32(fixedSize + 4L * table) : 0;

    /// <summary>Offset of a FUNCDATA object from <c>go:func.*</c>; <see cref="uint.MaxValue"/> when there is none.</summary>
    public uint FuncData(int index) =>
        index >= 0 && index < FuncDataCount ? U32(fixedSize + 4L * PcDataCount + 4L * index, uint.MaxValue) : uint.MaxValue;

    uint U32(long offset, uint absent = 0) =>
        offset + 4 <= bytes.Length ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[(int)offset..]) : absent;

    byte Byte(int offset) => offset < bytes.Length ? bytes[offset] : (byte)0;
}
