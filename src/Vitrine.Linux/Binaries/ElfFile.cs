using Microsoft.Win32.SafeHandles;
using Vitrine.Linux.Memory;

namespace Vitrine.Linux.Binaries;

/// <summary>A 64-bit little-endian ELF file, mapped, read lazily.</summary>
public sealed class ElfFile : IDisposable
{
    /// <summary>Opens a file.</summary>
    public static ElfFile Open(string path, Limits? limits = null) => throw new NotImplementedException();

    /// <summary>Opens a file from a handle, which the ElfFile owns from then on.</summary>
    public static ElfFile Open(SafeFileHandle handle, string displayName, Limits? limits = null) => throw new NotImplementedException();

    /// <summary>Parses bytes.</summary>
    public static ElfFile Parse(ReadOnlyMemory<byte> bytes, string displayName, Limits? limits = null) => throw new NotImplementedException();

    /// <summary>Name for messages.</summary>
    public string Name => throw new NotImplementedException();

    /// <summary>Size of the file in bytes.</summary>
    public ulong Length => throw new NotImplementedException();

    /// <summary>The limits in force.</summary>
    public Limits Limits => throw new NotImplementedException();

    /// <summary>Instruction set.</summary>
    public ElfMachine Machine => throw new NotImplementedException();

    /// <summary>Kind of file.</summary>
    public ElfType Type => throw new NotImplementedException();

    /// <summary>Link-time entry point.</summary>
    public ulong EntryPoint => throw new NotImplementedException();

    /// <summary>Position-independent executable.</summary>
    public bool IsPie => throw new NotImplementedException();

    /// <summary>Asks for a dynamic loader (PT_INTERP) or lists needed libraries.</summary>
    public bool IsDynamicallyLinked => throw new NotImplementedException();

    /// <summary>Section headers.</summary>
    public IReadOnlyList<ElfSection> Sections => throw new NotImplementedException();

    /// <summary>Program headers.</summary>
    public IReadOnlyList<ElfSegment> Segments => throw new NotImplementedException();

    /// <summary>First section with the name, or null.</summary>
    public ElfSection? Section(string name) => throw new NotImplementedException();

    /// <summary>GNU build id in lower-case hex, or null.</summary>
    public string? BuildId => throw new NotImplementedException();

    /// <summary>Go build id, or null.</summary>
    public string? GoBuildId => throw new NotImplementedException();

    /// <summary>True when there is a .symtab.</summary>
    public bool HasSymbolTable => throw new NotImplementedException();

    /// <summary>True when there is .debug_info or .zdebug_info.</summary>
    public bool HasDwarf => throw new NotImplementedException();

    /// <summary>Finds a defined symbol by name in .symtab, then .dynsym.</summary>
    public bool TryGetSymbol(string name, out ElfSymbol symbol) => throw new NotImplementedException();

    /// <summary>All symbols of .symtab, or of .dynsym when there is no .symtab.</summary>
    public IEnumerable<ElfSymbol> Symbols => throw new NotImplementedException();

    /// <summary>Copies bytes of the file; returns how many there were.</summary>
    public int ReadAt(ulong fileOffset, Span<byte> destination) => throw new NotImplementedException();

    /// <summary>Bytes of the file without a copy. Valid until Dispose.</summary>
    /// <exception cref="BadBinaryException">The range is not in the file.</exception>
    public ReadOnlySpan<byte> Bytes(ulong fileOffset, ulong length) => throw new NotImplementedException();

    /// <summary>Contents of a section without a copy, decompressed when it is compressed; empty for NOBITS. Valid until Dispose. Not relocated.</summary>
    /// <exception cref="BadBinaryException">The section is not in the file, or breaks a limit.</exception>
    public ReadOnlySpan<byte> Contents(ElfSection section) => throw new NotImplementedException();

    /// <summary>The file's memory image at link-time addresses, relocated with bias 0.</summary>
    public FileMemory Memory => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
