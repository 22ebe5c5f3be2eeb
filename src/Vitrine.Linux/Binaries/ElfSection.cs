namespace Vitrine.Linux.Binaries;

/// <summary>One section header. Nothing in it is trusted: offset and size are checked when the contents are asked for.</summary>
/// <param name="Index">Place in the section table.</param>
/// <param name="Name">Name from the section name table; empty when that table is damaged.</param>
/// <param name="Type">sh_type (SHT_PROGBITS = 1, SHT_NOBITS = 8, …).</param>
/// <param name="Flags">sh_flags (SHF_ALLOC = 2, SHF_EXECINSTR = 4, SHF_COMPRESSED = 0x800, …).</param>
/// <param name="Address">Link-time address; 0 when the section is not loaded.</param>
/// <param name="Offset">Offset in the file, in bytes.</param>
/// <param name="Size">Size in the file (in memory for NOBITS), in bytes; of the compressed form when compressed.</param>
/// <param name="Link">sh_link.</param>
/// <param name="Info">sh_info.</param>
/// <param name="Alignment">sh_addralign.</param>
/// <param name="EntrySize">sh_entsize.</param>
public sealed record ElfSection(
    int Index, string Name, uint Type, ulong Flags, ulong Address, ulong Offset, ulong Size, uint Link, uint Info, ulong Alignment, ulong EntrySize)
{
    /// <summary>SHT_NOBITS.</summary>
    public const uint NoBits = 8;

    /// <summary>True when the section occupies memory but no bytes of the file (.bss).</summary>
    public bool IsNoBits => Type == NoBits;

    /// <summary>True when <paramref name="address"/> lies in the loaded section.</summary>
    public bool Contains(ulong address) => (Flags & 2) != 0 && address >= Address && address - Address < Size;
}
