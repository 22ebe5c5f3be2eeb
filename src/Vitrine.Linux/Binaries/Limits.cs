namespace Vitrine.Linux.Binaries;

/// <summary>
/// Every bound on what Vitrine accepts from a target, its files and its memory, in one place. All of that is controlled by somebody
/// else: without a bound a hostile or broken process could make the viewer hang or fill the machine. The defaults are several times
/// what the largest known services need; each limit has a test that breaks it.
/// </summary>
public sealed record Limits
{
    /// <summary>The limits that are used when nothing else is said.</summary>
    public static Limits Default { get; } = new();

    /// <summary>Section headers of an ELF file. Large C++ object files reach some 10,000; Go binaries have about 40.</summary>
    public int MaxSections { get; init => field = AtLeast(value, 1); } = 65_536;

    /// <summary>Program headers of an ELF file or core dump. A core dump has one for each mapping.</summary>
    public int MaxSegments { get; init => field = AtLeast(value, 1); } = 1_048_576;

    /// <summary>Entries that are looked at in one symbol table.</summary>
    public int MaxSymbols { get; init => field = AtLeast(value, 1); } = 4_194_304;

    /// <summary>Bytes of all symbol names together when a symbol table is enumerated: in a hostile table millions of symbols share one long name.</summary>
    public long MaxSymbolNameBytes { get; init => field = AtLeast(value, 1); } = 1L << 29;

    /// <summary>Dynamic relocations that are applied to a file image. A PIE of 500 MB has about two million.</summary>
    public int MaxRelocations { get; init => field = AtLeast(value, 1); } = 16_777_216;

    /// <summary>Bytes of one section after decompression.</summary>
    public long MaxDecompressedSectionBytes { get; init => field = AtLeast(value, 1); } = 1L << 30;

    /// <summary>Notes that are looked at in one file. A core dump has about four for each thread.</summary>
    public int MaxNotes { get; init => field = AtLeast(value, 1); } = 1_000_000;

    /// <summary>Bytes of a name (symbol, section, type, field); a longer one is taken for damage and reads as empty.</summary>
    public int MaxNameBytes { get; init => field = AtLeast(value, 1); } = 65_536;

    /// <summary>Units (.debug_info) that are looked at.</summary>
    public int MaxDwarfUnits { get; init => field = AtLeast(value, 1); } = 262_144;

    /// <summary>Debugging information entries and abbreviations that are looked at, in all.</summary>
    public long MaxDwarfEntries { get; init => field = AtLeast(value, 1); } = 100_000_000;

    /// <summary>Abbreviations of one abbreviation table.</summary>
    public int MaxDwarfAbbreviations { get; init => field = AtLeast(value, 1); } = 65_536;

    /// <summary>Fields of one struct.</summary>
    public int MaxDwarfFields { get; init => field = AtLeast(value, 1); } = 65_536;

    /// <summary>Names that the index of types and variables holds.</summary>
    public int MaxDwarfNames { get; init => field = AtLeast(value, 1); } = 2_000_000;

    /// <summary>Lines that are parsed from /proc/PID/maps. The kernel's own default for a process is 65,530 (vm.max_map_count).</summary>
    public int MaxMaps { get; init => field = AtLeast(value, 1); } = 262_144;

    /// <summary>Threads of one process that are listed.</summary>
    public int MaxThreads { get; init => field = AtLeast(value, 1); } = 131_072;

    /// <summary>Bytes that are read from a small /proc file (stat, status, cgroup, cmdline, …).</summary>
    public int MaxProcFileBytes { get; init => field = AtLeast(value, 4096); } = 4 << 20;

    /// <summary>Sockets of one network namespace that are listed, for each protocol.</summary>
    public int MaxSockets { get; init => field = AtLeast(value, 1); } = 1_000_000;

    /// <summary>File descriptors of one process that are looked at.</summary>
    public int MaxFileDescriptors { get; init => field = AtLeast(value, 1); } = 1_048_576;

    /// <summary>Ranges of one <see cref="Memory.ReadPlan"/>.</summary>
    public int MaxPlanRanges { get; init => field = AtLeast(value, 1); } = 16_777_216;

    /// <summary>Bytes that one <see cref="Memory.ReadPlan"/> holds, gaps between merged ranges included.</summary>
    public long MaxPlanBytes { get; init => field = AtLeast(value, 4096); } = 2L << 30;

    static int AtLeast(int value, int least)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least);
        return value;
    }

    static long AtLeast(long value, long least)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least);
        return value;
    }
}
