using System.Buffers.Binary;

namespace Vitrine.Go.Binary;

/// <summary>
/// Reads the records of inline trees (FUNCDATA_InlTree). Go 1.20 shortened them: before, {parent int16, funcID, pad, file, line, func, parentPc};
/// since, {funcID, pad, nameOff, parentPc, startLine}.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/symtabinl.go and https://github.com/golang/go/blob/go1.19/src/runtime/symtab.go (inlinedCall).
/// </summary>
sealed class InlineTrees(BinaryImage image, bool shortRecords)
{
    /// <summary>Number of the FUNCDATA object that holds a function's inline tree.</summary>
    public const int FuncData = 3;

    /// <summary>Number of the PCDATA table that maps a pc to an index in the inline tree.</summary>
    public const int PcData = 2;

    /// <summary>Highest index that is looked at; the runtime's own bound.</summary>
    const int MaxIndex = 1 << 20;

    public bool TryRead(ulong tree, int index, out InlinedCall call)
    {
        call = default;
        var size = shortRecords ? 16 : 20;
        if (index is < 0 or >= MaxIndex || !image.TryRaw(unchecked(tree + (ulong)index * (ulong)size), out var bytes) || bytes.Length < size)
            return false;
        call = shortRecords
            ? new InlinedCall(bytes[0], I32(bytes, 4), I32(bytes, 8), Math.Max(0, I32(bytes, 12)))
            : new InlinedCall(bytes[2], I32(bytes, 12), I32(bytes, 16), 0);
        return true;
    }

    static int I32(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadInt32LittleEndian(bytes[offset..]);
}
