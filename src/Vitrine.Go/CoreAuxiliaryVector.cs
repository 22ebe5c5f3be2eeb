using System.Buffers.Binary;
using Vitrine.Linux.Binaries;

namespace Vitrine.Go;

/// <summary>The auxiliary vector of the process that wrote a core dump: note NT_AUXV.</summary>
internal static class CoreAuxiliaryVector
{
    private const uint NtAuxv = 6;
    private const uint PtNote = 4;

    /// <summary>The vector; empty when the core dump has none.</summary>
    public static byte[] Read(string corePath)
    {
        using ElfFile core = ElfFile.Open(corePath);
        foreach (ElfSegment segment in core.Segments)
        {
            if (segment.Type != PtNote)
                continue;
            ReadOnlySpan<byte> notes = core.Bytes(segment.Offset, Math.Min(segment.FileSize, (ulong)core.Limits.MaxNoteBytes));
            // A note is three words (name length, content length, type), the name, the content; each padded to four bytes.
            while (notes.Length >= 12)
            {
                uint nameLength = BinaryPrimitives.ReadUInt32LittleEndian(notes);
                uint length = BinaryPrimitives.ReadUInt32LittleEndian(notes[4..]);
                uint type = BinaryPrimitives.ReadUInt32LittleEndian(notes[8..]);
                ulong start = 12 + (((ulong)nameLength + 3) & ~3UL);
                ulong end = start + (((ulong)length + 3) & ~3UL);
                if (end > (ulong)notes.Length)
                    break;
                if (type == NtAuxv)
                    return notes.Slice((int)start, (int)length).ToArray();
                notes = notes[(int)end..];
            }
        }
        return [];
    }
}
