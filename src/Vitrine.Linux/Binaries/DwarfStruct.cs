namespace Vitrine.Linux.Binaries;

/// <summary>A struct type from the debug information.</summary>
/// <param name="Name">Its name, "runtime.g".</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Fields">Its fields in the order of the debug information.</param>
public sealed record DwarfStruct(string Name, long Size, IReadOnlyList<DwarfField> Fields);
