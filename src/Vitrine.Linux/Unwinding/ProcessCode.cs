using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Memory;
using Vitrine.Linux.Native;
using Vitrine.Linux.Processes;

namespace Vitrine.Linux.Unwinding;

/// <summary>
/// The executable mappings of one process, and how the code in each is unwound. Safe for several threads. A file is opened and its tables are read when an address in it is first asked for;
/// tables are shared by all processes that map the same file.
/// </summary>
public sealed class ProcessCode
{
    readonly LinuxProcess? _process;
    readonly Lock _opening = new();
    volatile CodeArea[] _areas;

    ProcessCode(LinuxProcess? process, IMemoryReader memory, IReadOnlyList<MemoryMap> maps)
    {
        _process = process;
        Memory = memory;
        _areas = Areas(maps, []);
    }

    /// <summary>The process's memory, from which the instructions of generated code are read.</summary>
    public IMemoryReader Memory { get; }

    /// <summary>The executable mappings, by address ascending.</summary>
    public IReadOnlyList<CodeArea> All => _areas;

    /// <summary>Lists the mappings of a process.</summary>
    /// <exception cref="TargetGoneException">It has ended.</exception>
    /// <exception cref="AccessDeniedException">The kernel refuses.</exception>
    public static ProcessCode Of(LinuxProcess process, IMemoryReader memory)
    {
        ArgumentNullException.ThrowIfNull(process);
        ArgumentNullException.ThrowIfNull(memory);
        return new ProcessCode(process, memory, process.Maps());
    }

    /// <summary>Code areas that were made by hand, as in a test.</summary>
    internal static ProcessCode Of(IMemoryReader memory, IEnumerable<CodeArea> areas)
    {
        var code = new ProcessCode(null, memory, []);
        code._areas = [.. areas.OrderBy(static area => area.Start)];
        return code;
    }

    /// <summary>Lists the mappings again: the process maps libraries and makes code while it runs. What has not changed keeps its tables.</summary>
    public void Refresh()
    {
        if (_process is { } process)
            _areas = Areas(process.Maps(), _areas);
    }

    /// <summary>The area that holds an address; null when there is no code.</summary>
    public CodeArea? Find(ulong address)
    {
        var areas = _areas;
        int low = 0, high = areas.Length - 1;
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (address < areas[middle].Start)
                high = middle - 1;
            else if (address >= areas[middle].End)
                low = middle + 1;
            else
                return areas[middle];
        }
        return null;
    }

    CodeArea[] Areas(IReadOnlyList<MemoryMap> maps, CodeArea[] before)
    {
        var known = before.ToDictionary(static area => area.Start);
        var areas = new List<CodeArea>();
        foreach (var map in maps)
        {
            if ((map.Permissions & MapPermissions.Execute) == 0)
                continue;
            areas.Add(known.TryGetValue(map.Start, out var old) && old.IsSame(map) ? old : new CodeArea(this, map));
        }
        return [.. areas];
    }

    /// <summary>Finds out how the code of a mapping is unwound.</summary>
    internal CodeSource Open(MemoryMap map)
    {
        lock (_opening)
        {
            try
            {
                if (map.Path == "[vdso]")
                    return OpenVdso(map);
                // Memory files (memfd, deleted shared memory) are how a runtime maps the code that it makes twice, once to write and once to execute.
                if (map.Inode == 0 || map.Path.Length == 0 || map.Path[0] != '/' || map.Path.StartsWith("/memfd:", StringComparison.Ordinal) || map.Path.StartsWith("/dev/zero", StringComparison.Ordinal))
                    return new(CodeKind.Generated, null, 0, "");
                return OpenFile(map);
            }
            catch (Exception e) when (e is BadBinaryException or IOException or UnauthorizedAccessException)
            {
                return new(CodeKind.Unreadable, null, 0, e.Message);
            }
        }
    }

    CodeSource OpenVdso(MemoryMap map)
    {
        const int mostBytes = 1 << 20;
        var bytes = new byte[Math.Min(map.End - map.Start, mostBytes)];
        if (!Memory.TryRead(map.Start, bytes))
            return new(CodeKind.Unreadable, null, 0, "the kernel's code in user space cannot be read");
        using var elf = ElfFile.Parse(bytes, "[vdso]");
        return new(CodeKind.Native, FrameTable.Of(elf), map.Start - LoadedAt(elf, 0), "");
    }

    CodeSource OpenFile(MemoryMap map)
    {
        const uint execute = 1;
        Span<byte> magic = stackalloc byte[4];
        var handle = OpenMapped(map);
        if (RandomAccess.Read(handle, magic, 0) < 4 || !magic.SequenceEqual("\u007fELF"u8))
        {
            handle.Dispose();
            return new(CodeKind.Image, null, 0, "");
        }
        // The tables are shared by processes, so which file they are of is asked of the file that they are read from, not of the mapping: that may be gone, and its path lead to another file.
        FileIdentity identity;
        try
        {
            identity = FileIdentity.Of(handle);
            if (identity.IsAnother(map.DeviceMajorMinor, map.Inode))
                throw new BadBinaryException($"{map.Path}: not the file that is mapped; that was replaced or unmapped.");
        }
        catch
        {
            handle.Dispose();
            throw;
        }
        using var elf = ElfFile.Open(handle, map.Path);
        foreach (var segment in elf.Segments)
        {
            if (segment.Type == ElfSegment.Load && (segment.Flags & execute) != 0 && map.Offset + (map.End - map.Start) > segment.Offset && map.Offset < segment.Offset + segment.FileSize)
                return new(CodeKind.Native, FrameTableCache.Shared.Get(identity, elf), unchecked(map.Start - map.Offset + segment.Offset - segment.Address), "");
        }
        // Code that a program carries inside its file beside its own: images of a .NET single-file program.
        return new(CodeKind.Image, null, 0, "");
    }

    /// <summary>
    /// Opens a mapped file. The kernel's link leads to the file itself, deleted or in another mount namespace included, and needs CAP_SYS_ADMIN; else it is opened by its path in the process's own root.
    /// </summary>
    SafeFileHandle OpenMapped(MemoryMap map)
    {
        if (_process is null)
            throw new BadBinaryException($"{map.Path}: of no live process.");
        var link = string.Create(CultureInfo.InvariantCulture, $"/proc/{_process.Pid}/map_files/{map.Start:x}-{map.End:x}");
        return Files.TryOpenRegular(link, out _) ?? Files.TryOpenRegularIn($"/proc/{_process.Pid}/root", map.Path, out var errno)
            ?? throw new BadBinaryException($"{map.Path}: cannot be opened ({Files.Describe(errno)}).");
    }

    static ulong LoadedAt(ElfFile elf, ulong offset) =>
        elf.Segments.FirstOrDefault(static segment => segment.Type == ElfSegment.Load) is { } load ? load.Address - load.Offset + offset : 0;
}

/// <summary>What the code of a mapping is.</summary>
public enum CodeKind
{
    /// <summary>Machine code of an ELF file, with or without tables.</summary>
    Native,

    /// <summary>Machine code in another kind of file: an image that a runtime compiled ahead of time.</summary>
    Image,

    /// <summary>Code without a file: a runtime made it.</summary>
    Generated,

    /// <summary>The file cannot be read or understood.</summary>
    Unreadable,
}

/// <summary>How the code of a mapping is unwound.</summary>
readonly record struct CodeSource(CodeKind Kind, FrameTable? Table, ulong Bias, string Reason);

/// <summary>One executable mapping of a process.</summary>
public sealed class CodeArea
{
    readonly Lazy<CodeSource> _source;

    internal CodeArea(ProcessCode code, MemoryMap map)
    {
        Map = map;
        _source = new(() => code.Open(map));
    }

    internal CodeArea(MemoryMap map, CodeKind kind, FrameTable? table, ulong bias)
    {
        Map = map;
        _source = new(new CodeSource(kind, table, bias, ""));
    }

    /// <summary>The mapping.</summary>
    public MemoryMap Map { get; }

    /// <summary>First address.</summary>
    public ulong Start => Map.Start;

    /// <summary>The address behind the last one.</summary>
    public ulong End => Map.End;

    /// <summary>What its code is.</summary>
    public CodeKind Kind => _source.Value.Kind;

    /// <summary>The tables of the binary; null when it has none.</summary>
    public FrameTable? Table => _source.Value.Table;

    /// <summary>Run-time address minus link-time address, for <see cref="CodeKind.Native"/>.</summary>
    public ulong Bias => _source.Value.Bias;

    /// <summary>Why it cannot be read; empty otherwise.</summary>
    public string Reason => _source.Value.Reason;

    internal bool IsSame(MemoryMap map) => Map == map;
}
