using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Vitrine.Linux.Native;

namespace Vitrine.Linux.Binaries;

/// <summary>
/// A 64-bit little-endian ELF file: executable, shared library or core dump. The headers are checked when it is opened; everything else is
/// read when it is asked for, from a read-only mapping. Safe for use by several threads until it is disposed.
/// Layout: https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html
/// </summary>
public sealed class ElfFile : IDisposable
{
    const int HeaderSize = 64, SegmentEntrySize = 56, SectionEntrySize = 64, DynamicEntrySize = 16;
    const uint SectionSymbols = 2, SectionNote = 7, SectionDynamicSymbols = 11;
    const ulong FlagCompressed = 0x800;

    readonly FileImage image;
    readonly Dictionary<string, ElfSection> byName = new(StringComparer.Ordinal);
    readonly Dictionary<int, byte[]> decompressed = [];
    readonly Lazy<ElfSymbolTable?> symbols, dynamicSymbols;
    readonly Lazy<(string? Gnu, string? Go)> buildIds;
    readonly Lock decompressing = new();

    ElfFile(FileImage image, string name, Limits limits)
    {
        this.image = image;
        Name = name;
        Limits = limits;

        // 1. The header says what the file is.
        if (image.Length < HeaderSize || !image.Slice(0, 4).SequenceEqual("\u007fELF"u8))
            throw new BadBinaryException($"{name}: not an ELF file.");
        var header = image.Slice(0, HeaderSize);
        if (header[4] != 2 || header[5] != 1)
            throw new BadBinaryException($"{name}: only 64-bit little-endian ELF is supported (class {header[4]}, data {header[5]}).");
        Type = (ElfType)BinaryPrimitives.ReadUInt16LittleEndian(header[16..]);
        Machine = (ElfMachine)BinaryPrimitives.ReadUInt16LittleEndian(header[18..]);
        EntryPoint = BinaryPrimitives.ReadUInt64LittleEndian(header[24..]);

        // 2. The two tables. Counts that do not fit 16 bits are in section 0.
        var segmentsAt = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        var sectionsAt = BinaryPrimitives.ReadUInt64LittleEndian(header[40..]);
        ulong segmentCount = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
        ulong sectionCount = BinaryPrimitives.ReadUInt16LittleEndian(header[60..]);
        uint namesIndex = BinaryPrimitives.ReadUInt16LittleEndian(header[62..]);
        if (sectionsAt != 0 && (sectionCount == 0 || segmentCount == 0xffff || namesIndex == 0xffff))
        {
            var first = Bytes(sectionsAt, SectionEntrySize);
            if (sectionCount == 0)
                sectionCount = BinaryPrimitives.ReadUInt64LittleEndian(first[32..]);
            if (namesIndex == 0xffff)
                namesIndex = BinaryPrimitives.ReadUInt32LittleEndian(first[40..]);
            if (segmentCount == 0xffff)
                segmentCount = BinaryPrimitives.ReadUInt32LittleEndian(first[44..]);
        }
        var segmentEntry = BinaryPrimitives.ReadUInt16LittleEndian(header[54..]);
        var sectionEntry = BinaryPrimitives.ReadUInt16LittleEndian(header[58..]);
        Segments = ReadSegments(segmentsAt, segmentCount, segmentEntry);
        Sections = sectionsAt == 0 ? [] : ReadSections(sectionsAt, sectionCount, sectionEntry, namesIndex);
        foreach (var section in Sections)
            byName.TryAdd(section.Name, section);

        // 3. What decides how it is loaded.
        var interpreter = Segments.Any(s => s.Type == ElfSegment.Interpreter);
        var (needs, pieFlag) = ReadDynamicFlags();
        IsDynamicallyLinked = interpreter || needs;
        IsPie = Type == ElfType.SharedObject && (interpreter || pieFlag);

        // 4. The rest when it is asked for.
        symbols = new(() => FindSymbols(SectionSymbols));
        dynamicSymbols = new(() => FindSymbols(SectionDynamicSymbols));
        buildIds = new(FindBuildIds);
    }

    /// <summary>Name for messages.</summary>
    public string Name { get; }

    /// <summary>Size of the file in bytes.</summary>
    public ulong Length => image.Length;

    /// <summary>The limits in force.</summary>
    public Limits Limits { get; }

    /// <summary>Instruction set.</summary>
    public ElfMachine Machine { get; }

    /// <summary>Kind of file.</summary>
    public ElfType Type { get; }

    /// <summary>Link-time entry point.</summary>
    public ulong EntryPoint { get; }

    /// <summary>A position-independent executable: a shared object with an interpreter, or one flagged so (DF_1_PIE).</summary>
    public bool IsPie { get; }

    /// <summary>True when it asks for a dynamic loader (PT_INTERP) or needs libraries (DT_NEEDED).</summary>
    public bool IsDynamicallyLinked { get; }

    /// <summary>Section headers in file order; empty when the file has none.</summary>
    public IReadOnlyList<ElfSection> Sections { get; }

    /// <summary>Program headers in file order.</summary>
    public IReadOnlyList<ElfSegment> Segments { get; }

    /// <summary>The GNU build id in lower-case hex, or null.</summary>
    public string? BuildId => buildIds.Value.Gnu;

    /// <summary>The Go build id (note "Go", type 4), or null.</summary>
    public string? GoBuildId => buildIds.Value.Go;

    /// <summary>True when there is a .symtab.</summary>
    public bool HasSymbolTable => symbols.Value is { Count: > 0 };

    /// <summary>True when there is .debug_info, plain or compressed.</summary>
    public bool HasDwarf => Section(".debug_info") is not null || Section(".zdebug_info") is not null;

    /// <summary>All symbols of .symtab, or of .dynsym when there is no .symtab.</summary>
    public IEnumerable<ElfSymbol> Symbols
    {
        get
        {
            var table = symbols.Value ?? dynamicSymbols.Value;
            var budget = Limits.MaxSymbolNameBytes;
            for (var i = 0; i < (table?.Count ?? 0); i++)
            {
                var symbol = table![i];
                if ((budget -= symbol.Name.Length) < 0)
                    throw new BadBinaryException($"{Name}: the names of its symbols take more than {Limits.MaxSymbolNameBytes} bytes (Limits.MaxSymbolNameBytes).");
                yield return symbol;
            }
        }
    }

    /// <summary>
    /// The notes of all PT_NOTE segments, then those of the SHT_NOTE sections that no segment covers (Go 1.24 and later leave .note.gnu.build-id out of the segment).
    /// A damaged note ends its segment.
    /// </summary>
    public IEnumerable<ElfNote> Notes
    {
        get
        {
            var budget = Limits.MaxNotes;
            var areas = Segments.Where(s => s.Type == ElfSegment.Note).Select(s => (s.Offset, Size: s.FileSize, s.Alignment)).ToList();
            var segmentCount = areas.Count;
            foreach (var section in Sections)
            {
                var covered = areas.Take(Math.Min(segmentCount, 16)).Any(a => section.Offset >= a.Offset && section.Offset - a.Offset < a.Size);
                if (section.Type == SectionNote && !covered)
                    areas.Add((section.Offset, section.Size, section.Alignment));
            }
            foreach (var (offset, size, alignment) in areas)
            {
                if (!image.Contains(offset, size))
                    continue;
                for (var at = offset; TryReadNote(ref at, offset + size, alignment == 8 ? 8UL : 4UL, out var note);)
                {
                    if (--budget < 0)
                        throw new BadBinaryException($"{Name}: more than {Limits.MaxNotes} notes (Limits.MaxNotes).");
                    yield return note;
                }
            }
        }
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="BadBinaryException">It cannot be opened, or is not a supported ELF file.</exception>
    public static ElfFile Open(string path, Limits? limits = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var handle = Files.TryOpenRegular(path, out var errno)
            ?? throw new BadBinaryException($"{path}: cannot be opened ({(errno == Libc.EINVAL ? "not a regular file" : Files.Describe(errno))}).");
        return Open(handle, path, limits);
    }

    /// <summary>Opens a file from a handle, which the result owns from then on (also when this throws).</summary>
    /// <exception cref="BadBinaryException">It is not a supported ELF file.</exception>
    public static ElfFile Open(SafeFileHandle handle, string displayName, Limits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(handle);
        return Create(FileImage.Map(handle, displayName), displayName, limits);
    }

    /// <summary>Parses the bytes of a file.</summary>
    /// <exception cref="BadBinaryException">They are not a supported ELF file.</exception>
    public static ElfFile Parse(ReadOnlyMemory<byte> bytes, string displayName, Limits? limits = null) =>
        Create(FileImage.Of(bytes), displayName, limits);

    /// <summary>The first section with the name, or null.</summary>
    public ElfSection? Section(string name) => byName.GetValueOrDefault(name);

    /// <summary>Finds a defined symbol by its exact name, in .symtab, then in .dynsym.</summary>
    public bool TryGetSymbol(string name, out ElfSymbol symbol)
    {
        symbol = default;
        return symbols.Value?.TryFind(name, out symbol) == true || dynamicSymbols.Value?.TryFind(name, out symbol) == true;
    }

    /// <summary>Copies bytes of the file.</summary>
    /// <returns>How many there were: fewer than asked for at the end of the file, 0 behind it.</returns>
    public int ReadAt(ulong fileOffset, Span<byte> destination)
    {
        if (fileOffset >= Length)
            return 0;
        var count = (int)Math.Min((ulong)destination.Length, Length - fileOffset);
        image.Slice(fileOffset, count).CopyTo(destination);
        return count;
    }

    /// <summary>Bytes of the file without a copy. Valid until <see cref="Dispose"/>.</summary>
    /// <exception cref="BadBinaryException">The range is not in the file.</exception>
    public ReadOnlySpan<byte> Bytes(ulong fileOffset, ulong length)
    {
        if (!image.Contains(fileOffset, length) || length > int.MaxValue)
            throw new BadBinaryException($"{Name}: {length} bytes at offset 0x{fileOffset:x} are not in the file of {Length} bytes; it may be truncated.");
        return image.Slice(fileOffset, (int)length);
    }

    /// <summary>
    /// Contents of a section without a copy, decompressed once when it is compressed; empty for NOBITS. Not relocated.
    /// Valid until <see cref="Dispose"/>.
    /// </summary>
    /// <exception cref="BadBinaryException">The section is not in the file, cannot be decompressed, or breaks a limit.</exception>
    public ReadOnlySpan<byte> Contents(ElfSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        if (section.IsNoBits)
            return default;
        if (!image.Contains(section.Offset, section.Size) || section.Size > int.MaxValue)
            throw new BadBinaryException($"{Name}: section {section.Name} ({section.Size} bytes at offset 0x{section.Offset:x}) is not in the file of {Length} bytes; it may be truncated.");
        var raw = image.Slice(section.Offset, (int)section.Size);
        if ((section.Flags & FlagCompressed) == 0 && !section.Name.StartsWith(".zdebug", StringComparison.Ordinal))
            return raw;

        lock (decompressing)
        {
            if (!decompressed.TryGetValue(section.Index, out var bytes))
                decompressed[section.Index] = bytes = ElfDecompressor.Decompress(this, section, raw);
            return bytes;
        }
    }

    /// <summary>Bytes at a link-time address without a copy, as they are in the file: not relocated. Valid until <see cref="Dispose"/>.</summary>
    /// <returns>False when the range is not backed by one segment of the file.</returns>
    public bool TryGetBytesAt(ulong address, ulong length, out ReadOnlySpan<byte> bytes)
    {
        foreach (var segment in Segments)
        {
            if (segment.Type != ElfSegment.Load || address < segment.Address)
                continue;
            var into = address - segment.Address;
            if (into > segment.FileSize || length > segment.FileSize - into || length > int.MaxValue || segment.Offset > ulong.MaxValue - into)
                continue;
            if (!image.Contains(segment.Offset + into, length))
                continue;
            bytes = image.Slice(segment.Offset + into, (int)length);
            return true;
        }
        bytes = default;
        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => image.Dispose();

    /// <summary>A zero-terminated name in a string table; empty when it is not in it, not terminated or too long.</summary>
    internal static ReadOnlySpan<byte> NameAt(ReadOnlySpan<byte> strings, ulong offset, int limit)
    {
        if (offset >= (ulong)strings.Length)
            return default;
        var rest = strings[(int)offset..];
        if (rest.Length > limit)
            rest = rest[..limit];
        var end = rest.IndexOf((byte)0);
        return end < 0 ? default : rest[..end];
    }

    /// <summary>Entries of the dynamic section (tag, value) up to DT_NULL.</summary>
    internal IEnumerable<(ulong Tag, ulong Value)> Dynamic()
    {
        var segment = Segments.FirstOrDefault(s => s.Type == ElfSegment.Dynamic);
        if (segment is null || !image.Contains(segment.Offset, segment.FileSize))
            yield break;
        for (ulong at = 0; at + DynamicEntrySize <= Math.Min(segment.FileSize, 1 << 20); at += DynamicEntrySize)
        {
            var (tag, value) = ReadPair(segment.Offset + at);
            if (tag == 0)
                yield break;
            yield return (tag, value);
        }
    }

    static ElfFile Create(FileImage image, string name, Limits? limits)
    {
        try
        {
            return new ElfFile(image, name, limits ?? Limits.Default);
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    (ulong, ulong) ReadPair(ulong offset)
    {
        var bytes = image.Slice(offset, 16);
        return (BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
    }

    List<ElfSegment> ReadSegments(ulong at, ulong count, int entrySize)
    {
        if (count == 0)
            return [];
        if (count > (ulong)Limits.MaxSegments)
            throw new BadBinaryException($"{Name}: {count} program headers, the limit is {Limits.MaxSegments} (Limits.MaxSegments).");
        if (entrySize != SegmentEntrySize)
            throw new BadBinaryException($"{Name}: program headers of {entrySize} bytes, {SegmentEntrySize} expected.");
        var table = Bytes(at, count * SegmentEntrySize);
        var result = new List<ElfSegment>((int)count);
        for (var i = 0; i < (int)count; i++)
        {
            var entry = table.Slice(i * SegmentEntrySize, SegmentEntrySize);
            result.Add(new ElfSegment(
                i,
                BinaryPrimitives.ReadUInt32LittleEndian(entry),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[40..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[48..])));
        }
        return result;
    }

    List<ElfSection> ReadSections(ulong at, ulong count, int entrySize, uint namesIndex)
    {
        if (count == 0)
            return [];
        if (count > (ulong)Limits.MaxSections)
            throw new BadBinaryException($"{Name}: {count} section headers, the limit is {Limits.MaxSections} (Limits.MaxSections).");
        if (entrySize != SectionEntrySize)
            throw new BadBinaryException($"{Name}: section headers of {entrySize} bytes, {SectionEntrySize} expected.");
        var table = Bytes(at, count * SectionEntrySize);

        ReadOnlySpan<byte> names = default;
        if (namesIndex < count)
        {
            var entry = table.Slice((int)namesIndex * SectionEntrySize, SectionEntrySize);
            var (offset, size) = (BinaryPrimitives.ReadUInt64LittleEndian(entry[24..]), BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]));
            if (image.Contains(offset, size) && size <= int.MaxValue)
                names = image.Slice(offset, (int)size);
        }

        var result = new List<ElfSection>((int)count);
        for (var i = 0; i < (int)count; i++)
        {
            var entry = table.Slice(i * SectionEntrySize, SectionEntrySize);
            result.Add(new ElfSection(
                i,
                Encoding.UTF8.GetString(NameAt(names, BinaryPrimitives.ReadUInt32LittleEndian(entry), Math.Min(Limits.MaxNameBytes, 256))),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[24..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[32..]),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[40..]),
                BinaryPrimitives.ReadUInt32LittleEndian(entry[44..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[48..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[56..])));
        }
        return result;
    }

    (bool NeedsLibraries, bool PieFlag) ReadDynamicFlags()
    {
        const ulong needed = 1, flags1 = 0x6ffffffb, pie = 0x08000000;
        bool needs = false, isPie = false;
        foreach (var (tag, value) in Dynamic())
        {
            needs |= tag == needed;
            isPie |= tag == flags1 && (value & pie) != 0;
        }
        return (needs, isPie);
    }

    ElfSymbolTable? FindSymbols(uint sectionType)
    {
        var section = Sections.FirstOrDefault(s => s.Type == sectionType);
        return section is null ? null : new ElfSymbolTable(this, section);
    }

    bool TryReadNote(ref ulong at, ulong end, ulong alignment, out ElfNote note)
    {
        note = default;
        if (at > end || end - at < 12)
            return false;
        var header = image.Slice(at, 12);
        ulong nameSize = BinaryPrimitives.ReadUInt32LittleEndian(header);
        ulong size = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        var type = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);

        // Names are padded to 4 bytes also where the contents are aligned to 8: the header has 12 bytes and "GNU" four.
        var contents = at + 12 + (nameSize + 3 & ~3UL);
        contents = contents + alignment - 1 & ~(alignment - 1);
        if (nameSize > 256 || contents > end || size > end - contents || size > int.MaxValue)
            return false;
        var owner = image.Slice(at + 12, (int)nameSize);
        var zero = owner.IndexOf((byte)0);
        note = new ElfNote(Encoding.UTF8.GetString(zero < 0 ? owner : owner[..zero]), type, contents, (int)size);
        at = contents + size + alignment - 1 & ~(alignment - 1);
        return true;
    }

    (string? Gnu, string? Go) FindBuildIds()
    {
        const uint gnuBuildId = 3, goBuildId = 4;
        string? gnu = null, go = null;
        foreach (var note in Notes)
        {
            if (gnu is null && note is { Owner: "GNU", Type: gnuBuildId, Size: > 0 and <= 64 })
                gnu = Convert.ToHexStringLower(image.Slice(note.Offset, note.Size));
            else if (go is null && note is { Owner: "Go", Type: goBuildId, Size: > 0 and <= 4096 })
                go = Encoding.UTF8.GetString(image.Slice(note.Offset, note.Size));
        }
        return (gnu, go);
    }
}
