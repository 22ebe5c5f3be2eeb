using Vitrine.Linux.Binaries;

namespace Vitrine.Linux.Memory;

/// <summary>
/// The memory of a core dump. The kernel leaves out pages that are unchanged parts of mapped files (program text, as a rule); they are read from
/// those files when they are still the same: the first page of a mapped binary, which the kernel does dump, holds its build id and is compared.
/// A page that is neither in the dump nor in a matching file is not readable; it is never shown as zero.
/// </summary>
public sealed class CoreMemory : IMemoryReader, IDisposable
{
    readonly ElfFile core;
    readonly ElfSegment[] segments;
    readonly (CoreMappedFile Map, ElfFile File)[] backing;
    readonly List<ElfFile> owned;

    CoreMemory(ElfFile core, Func<string, ElfFile?> openFile)
    {
        this.core = core;
        segments = [.. core.Segments
            .Where(s => s is { Type: ElfSegment.Load, MemorySize: > 0 } && s.Address <= ulong.MaxValue - s.MemorySize)
            .OrderBy(s => s.Address)];
        IsTruncated = segments.Any(s => s.FileSize > 0 && (s.Offset > core.Length || s.FileSize > core.Length - s.Offset));

        var notes = CoreNotes.Read(core);
        Threads = notes.Threads;
        AuxiliaryVector = notes.AuxiliaryVector;
        ProcessId = notes.ProcessId;
        CommandName = notes.CommandName;
        Arguments = notes.Arguments;
        (MappedFiles, backing, owned) = OpenFiles(notes, openFile);
    }

    /// <inheritdoc/>
    public int PointerSize => 8;

    /// <summary>Instruction set.</summary>
    public ElfMachine Machine => core.Machine;

    /// <summary>Pid of the process in its own pid namespace; 0 when the dump does not say.</summary>
    public int ProcessId { get; }

    /// <summary>Its command name, at most 15 bytes. Untrusted text.</summary>
    public string CommandName { get; }

    /// <summary>The first 80 bytes of its arguments. Untrusted text.</summary>
    public string Arguments { get; }

    /// <summary>Its threads, the one that dumped first.</summary>
    public IReadOnlyList<CoreThread> Threads { get; }

    /// <summary>The auxiliary vector (note NT_AUXV); empty when the dump has none.</summary>
    public ReadOnlyMemory<byte> AuxiliaryVector { get; }

    /// <summary>The files that were mapped, with what became of them.</summary>
    public IReadOnlyList<CoreMappedFile> MappedFiles { get; }

    /// <summary>True when the dump ends before its last segment (a size limit, a full disk): what is missing is not readable.</summary>
    public bool IsTruncated { get; }

    /// <summary>Opens a core dump.</summary>
    /// <param name="path">The core file.</param>
    /// <param name="limits">Bounds.</param>
    /// <param name="openFile">
    /// Opens a mapped file by the path that the dump names, or returns null; the default opens it in this mount namespace. A caller that knows where the executable is
    /// now passes its own.
    /// </param>
    /// <exception cref="BadBinaryException">It is not a core dump, or is malformed.</exception>
    public static CoreMemory Open(string path, Limits? limits = null, Func<string, ElfFile?>? openFile = null) =>
        Create(ElfFile.Open(path, limits), openFile);

    /// <summary>Reads a core dump from bytes.</summary>
    internal static CoreMemory Parse(ReadOnlyMemory<byte> bytes, string name, Limits? limits, Func<string, ElfFile?>? openFile) =>
        Create(ElfFile.Parse(bytes, name, limits), openFile);

    /// <inheritdoc/>
    public int Read(ulong address, Span<byte> destination)
    {
        var done = 0;
        while (done < destination.Length)
        {
            var got = ReadPart(unchecked(address + (ulong)done), destination[done..]);
            if (got == 0)
                break;
            done += got;
        }
        return done;
    }

    /// <inheritdoc/>
    public void Read(ReadPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        plan.ReadOneByOne(this);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        core.Dispose();
        foreach (var file in owned)
            file.Dispose();
    }

    static CoreMemory Create(ElfFile core, Func<string, ElfFile?>? openFile)
    {
        try
        {
            if (core.Type != ElfType.Core)
                throw new BadBinaryException($"{core.Name}: an ELF file of type {core.Type}, not a core dump.");
            return new CoreMemory(core, openFile ?? (name => TryOpen(name, core.Limits)));
        }
        catch
        {
            core.Dispose();
            throw;
        }
    }

    static ElfFile? TryOpen(string path, Limits limits)
    {
        try
        {
            return ElfFile.Open(path, limits);
        }
        catch (BadBinaryException)
        {
            return null;
        }
    }

    int ReadPart(ulong address, Span<byte> destination)
    {
        var segment = Find(address);
        if (segment is not null)
        {
            var into = address - segment.Address;
            var limit = (int)Math.Min((ulong)destination.Length, segment.MemorySize - into);
            destination = destination[..limit];
            if (into < segment.FileSize && segment.Offset <= ulong.MaxValue - into)
                return core.ReadAt(segment.Offset + into, destination[..(int)Math.Min((ulong)limit, segment.FileSize - into)]);
        }

        foreach (var (map, file) in backing)
        {
            if (address < map.Start || address >= map.End)
                continue;
            var into = address - map.Start;
            var count = (int)Math.Min((ulong)destination.Length, map.End - address);
            return map.FileOffset > ulong.MaxValue - into ? 0 : file.ReadAt(map.FileOffset + into, destination[..count]);
        }
        return 0;
    }

    ElfSegment? Find(ulong address)
    {
        int low = 0, high = segments.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (segments[middle].Address <= address)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return high >= 0 && segments[high].Contains(address) ? segments[high] : null;
    }

    (List<CoreMappedFile>, (CoreMappedFile, ElfFile)[], List<ElfFile>) OpenFiles(CoreNotes notes, Func<string, ElfFile?> openFile)
    {
        var all = new List<CoreMappedFile>();
        var used = new List<(CoreMappedFile, ElfFile)>();
        var opened = new List<ElfFile>();
        foreach (var file in notes.Files.GroupBy(f => f.Path))
        {
            var elf = openFile(file.Key);
            var reason = elf is null ? "cannot be opened, or is not an ELF file" : Compare(elf, file);
            if (elf is not null && reason is not null)
                elf.Dispose();
            else if (elf is not null)
                opened.Add(elf);
            foreach (var (start, end, offset, path) in file)
            {
                var map = new CoreMappedFile(start, end, offset, path, reason);
                all.Add(map);
                if (reason is null)
                    used.Add((map, elf!));
            }
        }
        return (all, [.. used.OrderBy(u => u.Item1.Start)], opened);
    }

    /// <summary>Null when the dumped first page of the file equals the file of now.</summary>
    string? Compare(ElfFile file, IEnumerable<(ulong Start, ulong End, ulong FileOffset, string Path)> maps)
    {
        const int page = 4096;
        foreach (var (start, end, offset, _) in maps)
        {
            if (offset != 0)
                continue;
            Span<byte> dumped = new byte[page], now = new byte[page];
            if (Find(start) is not { FileSize: >= page } segment || start - segment.Address > segment.FileSize - page
                || segment.Offset > core.Length || core.ReadAt(segment.Offset + (start - segment.Address), dumped) < page)
            {
                continue;
            }
            var length = file.ReadAt(0, now);
            return dumped[..length].SequenceEqual(now[..length]) ? null : "has changed since the dump (its first page differs)";
        }
        return "cannot be compared: its first page is not in the dump (coredump_filter without bit 4)";
    }
}
