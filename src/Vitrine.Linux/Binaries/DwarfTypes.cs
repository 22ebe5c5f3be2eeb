using System.Diagnostics.CodeAnalysis;

namespace Vitrine.Linux.Binaries;

/// <summary>Struct layouts and addresses of global variables from DWARF 4 and 5, found lazily.</summary>
public sealed class DwarfTypes
{
    /// <summary>Opens the debug information; null when the file has none.</summary>
    /// <exception cref="BadBinaryException">The debug information is malformed.</exception>
    public static DwarfTypes? TryOpen(ElfFile file, Limits? limits = null) => throw new NotImplementedException();

    /// <summary>Finds a struct by name ("runtime.g"; typedefs are followed).</summary>
    public bool TryGetStruct(string name, [NotNullWhen(true)] out DwarfStruct? layout) => throw new NotImplementedException();

    /// <summary>Finds the link-time address and the type name of a global variable.</summary>
    public bool TryGetVariable(string name, out ulong address, out string typeName) => throw new NotImplementedException();
}
