namespace Vitrine.Linux.Binaries;

/// <summary>One symbol of .symtab or .dynsym.</summary>
/// <param name="Name">The symbol's name.</param>
/// <param name="Address">Link-time address (st_value).</param>
/// <param name="Size">Size in bytes; 0 when the producer did not say.</param>
/// <param name="Type">STT_*: 1 object, 2 function, 6 thread-local, …</param>
/// <param name="Binding">STB_*: 0 local, 1 global, 2 weak.</param>
/// <param name="SectionIndex">st_shndx; 0 = undefined (defined in another file).</param>
public readonly record struct ElfSymbol(string Name, ulong Address, ulong Size, byte Type, byte Binding, ushort SectionIndex)
{
    /// <summary>True when this file defines the symbol.</summary>
    public bool IsDefined => SectionIndex != 0;
}
