using Vitrine.Linux.Binaries;

namespace Vitrine.Go.Binary;

/// <summary>
/// Finds the function table: by section name (<c>.gopclntab</c>, <c>.data.rel.ro.gopclntab</c> in a PIE), else by its magic in the loadable
/// segments (section headers stripped, or sections renamed by a packer). A candidate is only as good as the <c>moduledata</c> that points to it.
/// </summary>
static class PclnFinder
{
    // Quantum and pointer size follow; the first byte of the magic (f0, f1 or an unknown one) comes before.
    static ReadOnlySpan<byte> MagicTail => [0xff, 0xff, 0xff, 0, 0];

    /// <summary>Candidates, most likely first. <paramref name="problems"/> receives what was wrong with rejected sections.</summary>
    public static List<PclnLocation> Find(BinaryImage image, List<string> problems)
    {
        var found = new List<PclnLocation>();
        foreach (var section in image.Elf.Sections)
        {
            if (!section.IsNoBits && section.Name.EndsWith("gopclntab", StringComparison.Ordinal)
                && image.TryLocate(section.Address, out var offset, out var length))
                Add(image, section.Address, offset, Math.Min(length, section.Size), found, problems, section.Name);
        }
        if (found.Count > 0)
            return found;
        // Read-only data first: that is where the linker puts it; code last, for linkers that merge read-only data and code.
        foreach (var segment in image.Loads.OrderBy(s => (s.Flags & 1) != 0))
            Search(image, segment, found);
        return found;
    }

    static void Search(BinaryImage image, ElfSegment segment, List<PclnLocation> found)
    {
        if (!image.TryRaw(segment.Address, out var bytes))
            return;
        var at = 0;
        while (found.Count < GoBinaryLimits.MaxFunctionTableCandidates)
        {
            var hit = bytes[at..].IndexOf(MagicTail);
            if (hit < 0)
                return;
            var start = at + hit - 1;
            at += hit + 1;
            // The linker aligns the table to 32 bytes; 8 is what reading its header needs.
            if (start < 0 || bytes.Length - start < PclnHeader.Size || ((segment.Address + (ulong)start) & 7) != 0 || bytes[start + 7] != 8)
                continue;
            var address = segment.Address + (ulong)start;
            if (image.TryLocate(address, out var offset, out var length))
                Add(image, address, offset, length, found, [], "");
        }
    }

    static void Add(BinaryImage image, ulong address, ulong offset, ulong length, List<PclnLocation> found, List<string> problems, string name)
    {
        if (PclnHeader.TryParse(image.Elf.Bytes(offset, length), out var header, out var reason))
            found.Add(new PclnLocation(address, offset, length, header));
        else
            problems.Add($"section {name} at file offset 0x{offset:x}: {reason}");
    }
}
