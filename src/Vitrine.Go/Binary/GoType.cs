namespace Vitrine.Go.Binary;

/// <summary>A type as the binary describes it.</summary>
/// <param name="Address">Link-time address of the descriptor.</param>
/// <param name="Name">Name as Go prints it (<c>%T</c>), e.g. <c>*http.Request</c>, <c>map[string]int</c>.</param>
/// <param name="PackagePath">Import path of a named type, e.g. <c>net/http</c>; empty when the type is unnamed or predeclared.</param>
/// <param name="Kind">Kind of the type.</param>
/// <param name="Size">Size of a value, in bytes.</param>
/// <param name="ElementAddress">Descriptor of the element (array, chan, map value, pointer, slice); 0 for other kinds.</param>
/// <param name="KeyAddress">Descriptor of a map's key; 0 for other kinds.</param>
/// <param name="Length">Number of elements of an array; 0 for other kinds.</param>
public readonly record struct GoType(
    ulong Address, string Name, string PackagePath, GoKind Kind, long Size, ulong ElementAddress, ulong KeyAddress, long Length)
{
    /// <summary>Name with the import path instead of the package name, e.g. <c>net/http.Request</c>; unnamed types keep their printed name.</summary>
    public string QualifiedName
    {
        get
        {
            if (PackagePath.Length == 0)
                return Name;
            var bracket = Name.IndexOf('[', StringComparison.Ordinal);
            var dot = (bracket < 0 ? Name : Name[..bracket]).LastIndexOf('.');
            return $"{PackagePath}.{Name[(dot + 1)..]}";
        }
    }
}
