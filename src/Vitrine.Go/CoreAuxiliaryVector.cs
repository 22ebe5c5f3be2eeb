using Vitrine.Linux.Binaries;

namespace Vitrine.Go;

/// <summary>The auxiliary vector of the process that wrote a core dump: note NT_AUXV.</summary>
internal static class CoreAuxiliaryVector
{
    private const uint NtAuxv = 6;

    /// <summary>The vector; empty when the core dump has none.</summary>
    public static byte[] Read(string corePath)
    {
        using ElfFile core = ElfFile.Open(corePath);
        foreach (ElfNote note in core.Notes)
        {
            if (note is { Owner: "CORE", Type: NtAuxv })
                return core.Bytes(note.Offset, (ulong)note.Size).ToArray();
        }
        return [];
    }
}
