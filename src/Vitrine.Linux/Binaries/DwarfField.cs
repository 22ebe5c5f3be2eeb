namespace Vitrine.Linux.Binaries;

/// <summary>One field of a struct.</summary>
/// <param name="Name">Field name; empty when anonymous.</param>
/// <param name="Offset">Byte offset in the struct.</param>
/// <param name="Size">Size in bytes; -1 when the debug information does not say.</param>
/// <param name="TypeName">Name of the type, as the producer wrote it, "*T" for pointers without a name.</param>
public readonly record struct DwarfField(string Name, long Offset, long Size, string TypeName);
