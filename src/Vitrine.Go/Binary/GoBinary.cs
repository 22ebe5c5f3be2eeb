using Vitrine.Linux.Binaries;

namespace Vitrine.Go.Binary;

/// <summary>
/// A Go executable: what it says about itself. Everything is per binary, immutable, and uses link-time addresses; one object serves
/// all processes of the same build (<see cref="CacheKey"/>).
/// </summary>
public sealed class GoBinary : IDisposable
{
    private GoBinary(ElfFile elf) => Elf = elf;

    /// <summary>The ELF file; owned by this object.</summary>
    public ElfFile Elf { get; }

    /// <summary>The image of the binary at its link-time addresses, relocations applied.</summary>
    public Vitrine.Linux.Memory.FileMemory Memory => throw new GoBinaryException("not yet");

    /// <summary>What the linker recorded about the build.</summary>
    public BuildInfo BuildInfo => throw new GoBinaryException("not yet");

    /// <summary>The Go toolchain that built it.</summary>
    public GoVersion Version => BuildInfo.Version;

    /// <summary>GOARCH: <c>amd64</c> or <c>arm64</c>.</summary>
    public string Architecture => throw new GoBinaryException("not yet");

    /// <summary>The main module's table of tables.</summary>
    public ModuleData Module => throw new GoBinaryException("not yet");

    /// <summary>Functions, files, lines, frame sizes and inline trees.</summary>
    public FunctionTable Functions => throw new GoBinaryException("not yet");

    /// <summary>The types the binary describes.</summary>
    public TypeDescriptors Types => throw new GoBinaryException("not yet");

    /// <summary>Struct layouts: type descriptors, then DWARF, then the generated table.</summary>
    public Layouts.LayoutLadder Layouts => throw new GoBinaryException("not yet");

    /// <summary>Identifies the build: ELF build id, else Go build id, else a hash of the tables. Equal keys mean equal binaries.</summary>
    public string CacheKey => throw new GoBinaryException("not yet");

    /// <summary>True when C code is linked in.</summary>
    public bool IsCgo => throw new GoBinaryException("not yet");

    /// <summary>True for a position-independent executable.</summary>
    public bool IsPie => Elf.IsPie;

    /// <summary>True when the symbol table was left out.</summary>
    public bool IsStripped => !Elf.HasSymbolTable;

    /// <summary>Opens a Go binary. Takes ownership of <paramref name="elf"/>, also when it throws.</summary>
    /// <exception cref="NotGoException">Not built by the Go toolchain.</exception>
    /// <exception cref="GoBinaryException">Built by Go, but not understood.</exception>
    public static GoBinary Open(ElfFile elf) => new(elf);

    /// <summary>Cheap check (a few pages are touched): does the file look like a Go binary?</summary>
    public static bool IsGo(ElfFile elf) => throw new GoBinaryException("not yet");

    /// <inheritdoc/>
    public void Dispose() => Elf.Dispose();
}
