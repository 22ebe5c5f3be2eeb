using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Vitrine.Go.Binary;

/// <summary>
/// Finds <c>runtime.firstmoduledata</c>: by its symbol, else as the structure that begins with a pointer to the function table, looked for
/// where linkers put it. What is found must agree with the function table in seven words; the words behind, which move between Go
/// versions, are taken from the first known layout that fits and else discovered by shape. So a wrong version text does no harm.
/// </summary>
static class ModuleDataFinder
{
    const int ChunkBytes = 256 * 1024;
    const int MinTypeBytes = 1024;

    static readonly string[] Sections = [".go.module", ".noptrdata", ".data", ".data.rel.ro", ".data.rel.ro.local"];

    /// <summary>Finds the module data that belongs to <paramref name="pcln"/>; null when there is none.</summary>
    public static ModuleData? Find(BinaryImage image, PclnLocation pcln, GoVersion version)
    {
        var tried = new HashSet<ulong>();
        foreach (var address in Candidates(image, pcln.Address))
        {
            if (!tried.Add(address))
                continue;
            if (tried.Count > GoBinaryLimits.MaxModuleDataCandidates)
                break;
            if (TryRead(image, pcln, version, address) is { } module)
                return module;
        }
        return null;
    }

    static IEnumerable<ulong> Candidates(BinaryImage image, ulong pcHeader)
    {
        if (image.Elf.TryGetSymbol("runtime.firstmoduledata", out var symbol))
            yield return symbol.Address;
        foreach (var name in Sections)
        {
            if (image.Elf.Section(name) is not { IsNoBits: false } section)
                continue;
            foreach (var address in Search(image, section.Address, section.Size, pcHeader))
                yield return address;
        }
        // Section headers missing or sections renamed: every segment, writable ones first, code last.
        foreach (var segment in image.Loads.OrderBy(s => (s.Flags & 1) * 2 + (1 - ((s.Flags >> 1) & 1))))
        {
            foreach (var address in Search(image, segment.Address, segment.FileSize, pcHeader))
                yield return address;
        }
    }

    /// <summary>Addresses of words that hold <paramref name="pointer"/>, after relocation.</summary>
    static List<ulong> Search(BinaryImage image, ulong start, ulong size, ulong pointer)
    {
        var hits = new List<ulong>();
        var aligned = (start + 7) & ~7UL;
        if (aligned < start || !image.TryLocate(aligned, out _, out var available))
            return hits;
        var end = aligned + Math.Min(size, available);
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            for (var at = aligned; at < end && hits.Count < GoBinaryLimits.MaxModuleDataCandidates;)
            {
                var wanted = (int)Math.Min(ChunkBytes, end - at) & ~7;
                var read = image.Memory.Read(at, buffer.AsSpan(0, wanted)) & ~7;
                if (read == 0)
                    break;
                var words = MemoryMarshal.Cast<byte, ulong>(buffer.AsSpan(0, read));
                for (var i = 0; i < words.Length && hits.Count < GoBinaryLimits.MaxModuleDataCandidates; i++)
                {
                    var next = words[i..].IndexOf(pointer);
                    if (next < 0)
                        break;
                    i += next;
                    hits.Add(at + (ulong)i * 8);
                }
                at += (ulong)read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return hits;
    }

    static ModuleData? TryRead(BinaryImage image, PclnLocation pcln, GoVersion version, ulong address)
    {
        Span<byte> bytes = stackalloc byte[ModuleLayout.Words * 8];
        // The structure may end before as many words as that follow it in the file.
        var read = image.Memory.Read(address, bytes);
        bytes[read..].Clear();
        var words = new ulong[ModuleLayout.Words];
        for (var i = 0; i < words.Length; i++)
            words[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(8 * i)..]);

        if (!FitsFunctionTable(words, pcln) || !FitsText(image, words))
            return null;
        foreach (var layout in ModuleLayout.For(version))
        {
            if (Fits(image, words, layout))
                return Build(image, address, words, layout);
        }
        return ModuleShape.TryDiscover(image, pcln, words, out var discovered) ? Build(image, address, words, discovered) : null;
    }

    static bool FitsFunctionTable(ulong[] words, PclnLocation pcln) =>
        words[ModuleLayout.PcHeader] == pcln.Address
        && words[ModuleLayout.FuncNameTab] == pcln.Address + (ulong)pcln.Header.Names
        && words[ModuleLayout.CuTab] == pcln.Address + (ulong)pcln.Header.CompileUnits
        && words[ModuleLayout.FileTab] == pcln.Address + (ulong)pcln.Header.Files
        && words[ModuleLayout.PcTab] == pcln.Address + (ulong)pcln.Header.PcTables
        && words[ModuleLayout.PclnTable] == pcln.Address + (ulong)pcln.Header.Functions
        && words[ModuleLayout.FuncTab] == pcln.Address + (ulong)pcln.Header.Functions
        && words[ModuleLayout.FuncTab + 1] == (ulong)pcln.Header.FunctionCount + 1;

    static bool FitsText(BinaryImage image, ulong[] words) =>
        words[ModuleLayout.Text] is var text
        && text <= words[ModuleLayout.MinPc]
        && words[ModuleLayout.MinPc] < words[ModuleLayout.MaxPc]
        && words[ModuleLayout.MaxPc] <= words[ModuleLayout.EText]
        && image.Contains(text)
        && image.Contains(words[ModuleLayout.EText] - 1);

    static bool Fits(BinaryImage image, ulong[] words, ModuleLayout layout) =>
        FitsTypes(image, words[layout.Types], words[layout.ETypes])
        && (layout.ETypes == layout.Types + 1 || words[layout.Types + 1] <= words[layout.ETypes] - words[layout.Types])
        && image.Contains(words[layout.RoData])
        && image.Contains(words[layout.GoFunc])
        && IsTextSectionMap(image, words, layout.TextSections);

    internal static bool FitsTypes(BinaryImage image, ulong types, ulong end) =>
        types != 0 && end > types && end - types >= MinTypeBytes
        && image.TryLocate(types, out _, out var length) && end - types <= length;

    /// <summary>The slice of text sections: pointer, equal length and capacity, and a first entry that begins at the text. The surest landmark behind word 31.</summary>
    internal static bool IsTextSectionMap(BinaryImage image, ulong[] words, int at)
    {
        var (pointer, length, capacity) = (words[at], words[at + 1], words[at + 2]);
        if (length is 0 or > GoBinaryLimits.MaxTextSections || capacity != length)
            return false;
        Span<byte> first = stackalloc byte[24];
        return image.TryRead(pointer, first)
            && BinaryPrimitives.ReadUInt64LittleEndian(first) == 0
            && BinaryPrimitives.ReadUInt64LittleEndian(first[16..]) == words[ModuleLayout.Text];
    }

    static ModuleData Build(BinaryImage image, ulong address, ulong[] words, ModuleLayout layout) => new()
    {
        Address = address,
        PcHeader = words[ModuleLayout.PcHeader],
        MinPc = words[ModuleLayout.MinPc],
        MaxPc = words[ModuleLayout.MaxPc],
        Text = words[ModuleLayout.Text],
        EText = words[ModuleLayout.EText],
        NoPtrData = words[ModuleLayout.NoPtrData],
        ENoPtrData = words[ModuleLayout.ENoPtrData],
        Data = words[ModuleLayout.Data],
        EData = words[ModuleLayout.EData],
        Bss = words[ModuleLayout.Bss],
        EBss = words[ModuleLayout.EBss],
        NoPtrBss = words[ModuleLayout.NoPtrBss],
        ENoPtrBss = words[ModuleLayout.ENoPtrBss],
        End = words[layout.End],
        Types = words[layout.Types],
        ETypes = words[layout.ETypes],
        RoData = words[layout.RoData],
        GoFunc = words[layout.GoFunc],
        TextSections = ReadTextSections(image, words, layout.TextSections),
        IsDiscovered = layout.Since < 0,
    };

    static List<TextSection> ReadTextSections(BinaryImage image, ulong[] words, int at)
    {
        var sections = new List<TextSection>();
        Span<byte> entry = stackalloc byte[24];
        for (ulong i = 0; i < Math.Min(words[at + 1], GoBinaryLimits.MaxTextSections); i++)
        {
            if (!image.TryRead(unchecked(words[at] + 24 * i), entry))
                break;
            sections.Add(new TextSection(
                BinaryPrimitives.ReadUInt64LittleEndian(entry),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[16..])));
        }
        return sections;
    }
}
