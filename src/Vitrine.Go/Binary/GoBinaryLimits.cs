namespace Vitrine.Go.Binary;

/// <summary>
/// Every bound on what is believed of a Go binary, in one place. The file belongs to whoever runs the process: without a bound a made-up count,
/// length or loop could make the viewer hang or fill the machine. Each is several times what the largest known programs have.
/// Those that reject or cut have a test that breaks them; those that are named Kept only bound caches, and what exceeds them is computed again.
/// Bounds of ELF and DWARF are in <see cref="Vitrine.Linux.Binaries.Limits"/>.
/// </summary>
public static class GoBinaryLimits
{
    /// <summary>Functions of a table; one with more is rejected. Kubernetes' largest program has 0.3 million.</summary>
    public const int MaxFunctions = 16_000_000;

    /// <summary>Places that may hold a function table before the search gives up. A program that carries other Go programs in its data has a few.</summary>
    public const int MaxFunctionTableCandidates = 16;

    /// <summary>Places that may hold the module data of one function table.</summary>
    public const int MaxModuleDataCandidates = 1_024;

    /// <summary>Text sections of the module data.</summary>
    public const int MaxTextSections = 4_096;

    /// <summary>Bytes of a function or file name that are decoded; the rest is cut. Generic instances reach a few thousand.</summary>
    public const int MaxFunctionNameBytes = 16_384;

    /// <summary>Functions of one name that are found.</summary>
    public const int MaxSameName = 4_096;

    /// <summary>Steps of a pc-value table that are followed; what lies behind is "unknown". The longest in Go's own tools has some 20,000.</summary>
    public const int MaxPcValueSteps = 1 << 19;

    /// <summary>Positions of one pc: inlined calls and the physical function. The compiler's budget stops inlining far earlier.</summary>
    public const int MaxInlineDepth = 512;

    /// <summary>File names that are kept; others are decoded each time.</summary>
    public const int MaxKeptFiles = 65_536;

    /// <summary>Program counters that a <see cref="FrameCache"/> holds before it starts over.</summary>
    public const int MaxCachedFrames = 1 << 17;

    /// <summary>Named types that are indexed; further ones are not found. Kubernetes has some 60,000.</summary>
    public const int MaxNamedTypes = 4_000_000;

    /// <summary>Bytes of a type or field name; a longer one makes its type invalid.</summary>
    public const int MaxTypeNameBytes = 32_768;

    /// <summary>Fields of a struct; one with more is not found.</summary>
    public const int MaxFields = 16_384;

    /// <summary>Embedded structs that are searched for a promoted field: a hostile struct can embed itself.</summary>
    public const int MaxEmbeddedStructs = 256;

    /// <summary>Layouts that are kept for each binary.</summary>
    public const int MaxKeptLayouts = 8_192;

    /// <summary>Resolved field paths that are kept for each layout.</summary>
    public const int MaxKeptPaths = 4_096;

    /// <summary>Bytes of the version or the module text of the build info; without them there is no build info. Programs with thousands of modules have some 200 KB.</summary>
    public const int MaxBuildInfoBytes = 16 << 20;

    /// <summary>Bytes of a segment that are searched for the build info; the linker puts it at the start of the data.</summary>
    public const int MaxBuildInfoSearchBytes = 64 << 20;

    /// <summary>Modules, and settings, of the build info that are kept.</summary>
    public const int MaxBuildInfoEntries = 65_536;

    /// <summary>Characters of a version text. The longest seen (a vendor build with experiments) has about 100.</summary>
    public const int MaxVersionLength = 256;
}
