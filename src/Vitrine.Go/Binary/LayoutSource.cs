namespace Vitrine.Go.Binary;

/// <summary>Where a struct layout comes from, best first.</summary>
public enum LayoutSource
{
    /// <summary>The type descriptors of the binary itself.</summary>
    TypeDescriptors,

    /// <summary>The DWARF debug information of the binary itself.</summary>
    Dwarf,

    /// <summary>Vitrine's generated table for this Go version.</summary>
    Table,
}
