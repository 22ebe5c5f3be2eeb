using System.Globalization;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Binary;

/// <summary>
/// A Go executable: what it says about itself, also when it is stripped. Everything is per binary, immutable, thread-safe and in link-time addresses;
/// one object serves all processes of the same build (<see cref="CacheKey"/>). <see cref="Open"/> finds the tables; names, lines, types and
/// layouts are decoded when asked for.
/// </summary>
public sealed class GoBinary : IDisposable
{
    readonly Lazy<bool> cgo;
    readonly Lazy<string> cacheKey;

    GoBinary(ElfFile elf)
    {
        // 1. The image of the binary: link-time addresses, relocations applied.
        Elf = elf;
        Machine = ArchitectureOf(elf);
        var image = new BinaryImage(elf);
        Memory = image.Memory;

        // 2. What the linker recorded about the build. Obfuscators remove it; the tables below still tell that it is Go.
        var info = BuildInfoReader.Read(image);

        // 3. The function table, and the module data that points to it: each proves the other.
        var problems = new List<string>();
        var tables = PclnFinder.Find(image, problems);
        var version = info?.Version ?? GoVersion.Unknown(null);
        (var pcln, Module) = Match(image, tables, version)
            ?? throw (info is null && tables.Count == 0 && problems.Count == 0
                ? new NotGoException($"{elf.Name} was not built by the Go toolchain: it has neither build info nor a function table")
                : new GoBinaryException(Explain(elf, version, tables, problems)));
        BuildInfo = info ?? new BuildInfo { Version = version };

        // 4. Views over the tables: functions, types. Layouts climb further than the binary: see GoBinaryLayouts.
        Functions = new FunctionTable(image, pcln, Module, version);
        Types = new TypeDescriptors(image, Module, version);
        cacheKey = new(() => BinaryKey.Of(elf));
        cgo = new Lazy<bool>(() => Functions.FindByName("crosscall2").Count > 0);
    }

    /// <summary>The ELF file; owned by this object.</summary>
    public ElfFile Elf { get; }

    /// <summary>The image of the binary at its link-time addresses, relocations applied.</summary>
    public FileMemory Memory { get; }

    /// <summary>What the linker recorded about the build; the version is unknown when it was removed.</summary>
    public BuildInfo BuildInfo { get; }

    /// <summary>The Go toolchain that built it.</summary>
    public GoVersion Version => BuildInfo.Version;

    /// <summary>How the processor's frames and registers are used.</summary>
    public GoArchitecture Machine { get; }

    /// <summary>GOARCH: <c>amd64</c> (tested) or <c>arm64</c> (untested).</summary>
    public string Architecture => Machine.Name;

    /// <summary>The main module's table of tables.</summary>
    public ModuleData Module { get; }

    /// <summary>Functions, files, lines, frame sizes and inline trees.</summary>
    public FunctionTable Functions { get; }

    /// <summary>The types the binary describes.</summary>
    public TypeDescriptors Types { get; }

    /// <summary>Identifies the build (<see cref="BinaryKey"/>): equal keys mean equal binaries.</summary>
    public string CacheKey => cacheKey.Value;

    /// <summary>True when C code is linked in (the program carries the runtime's entry point for calls from C).</summary>
    public bool IsCgo => cgo.Value;

    /// <summary>True for a position-independent executable.</summary>
    public bool IsPie => Elf.IsPie;

    /// <summary>True when the symbol table was left out.</summary>
    public bool IsStripped => !Elf.HasSymbolTable;

    /// <summary>Opens a Go binary. Takes ownership of <paramref name="elf"/>, also when it throws.</summary>
    /// <exception cref="NotGoException">Not built by the Go toolchain.</exception>
    /// <exception cref="GoBinaryException">Built by Go, but not understood; the message says what was found and what to do.</exception>
    public static GoBinary Open(ElfFile elf)
    {
        ArgumentNullException.ThrowIfNull(elf);
        try
        {
            return new GoBinary(elf);
        }
        catch (BadBinaryException e)
        {
            elf.Dispose();
            throw new GoBinaryException($"{elf.Name}: {e.Message}", e);
        }
        catch
        {
            elf.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Cheap check for lists of hundreds of processes: does the file look like a Go program? Looks at section names, the build info's magic and the
    /// notes, a few pages in all; nothing is parsed. A yes is no promise that <see cref="Open"/> succeeds.
    /// </summary>
    public static bool IsGo(ElfFile elf)
    {
        ArgumentNullException.ThrowIfNull(elf);
        try
        {
            return elf.Machine is ElfMachine.Amd64 or ElfMachine.Arm64
                && elf.Type is ElfType.Executable or ElfType.SharedObject
                && (BuildInfoReader.Exists(elf) || elf.Section(".gopclntab") is not null || elf.Section(".data.rel.ro.gopclntab") is not null
                    || elf.GoBuildId is not null);
        }
        catch (BadBinaryException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Elf.Dispose();

    static GoArchitecture ArchitectureOf(ElfFile elf) => elf.Machine switch
    {
        ElfMachine.Amd64 => GoArchitecture.Amd64,
        ElfMachine.Arm64 => GoArchitecture.Arm64,
        _ => throw new GoBinaryException($"{elf.Name} is for machine {(int)elf.Machine} (ELF e_machine); Vitrine reads amd64 and arm64 programs"),
    };

    static (PclnLocation Pcln, ModuleData Module)? Match(BinaryImage image, List<PclnLocation> tables, GoVersion version)
    {
        foreach (var table in tables)
        {
            if (ModuleDataFinder.Find(image, table, version) is { } module)
                return (table, module);
        }
        return null;
    }

    static string Explain(ElfFile elf, GoVersion version, List<PclnLocation> tables, List<string> problems)
    {
        var about = GoVersionWindow.Message(version);
        var cause = tables.Count > 0
            ? $"its function table is at 0x{tables[0].Address.ToString("x", CultureInfo.InvariantCulture)}, but no module data points to it"
            : problems.Count > 0 ? string.Join("; ", problems) : "its function table was not found (packed or damaged binary?)";
        return $"{elf.Name}: {cause}" + (about is null ? "" : $"; {about}");
    }
}
