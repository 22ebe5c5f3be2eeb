using Vitrine.Go.Globals;

namespace Vitrine.RuntimeTables;

/// <summary>A build whose symbols are known: the image that production code would search, and the truth about it.</summary>
sealed class SymbolizedBuild
{
    readonly (string Name, ulong Address, ulong Size)[] _objects;

    /// <summary>Creates the build.</summary>
    /// <param name="image">The image.</param>
    /// <param name="functions">Names of its functions.</param>
    /// <param name="objects">Its variables and constants.</param>
    public SymbolizedBuild(IAnchorImage image, IEnumerable<string> functions, IEnumerable<(string Name, ulong Address, ulong Size)> objects)
    {
        Image = image;
        Functions = [.. functions.Distinct().Order(StringComparer.Ordinal)];
        _objects = [.. objects.Where(symbol => symbol.Size > 0).OrderBy(symbol => symbol.Address).ThenBy(symbol => symbol.Size)];
    }

    /// <summary>The image.</summary>
    public IAnchorImage Image { get; }

    /// <summary>Names of its functions, sorted.</summary>
    public IReadOnlyList<string> Functions { get; }

    /// <summary>The area of each variable, by name.</summary>
    public IEnumerable<(string Name, DataArea Area)> Areas =>
        _objects.Select(symbol => (symbol.Name, Area: Image.AreaOf(symbol.Address))).Where(symbol => symbol.Area is not null).Select(symbol => (symbol.Name, symbol.Area!.Value));

    /// <summary>The variable that holds an address.</summary>
    public bool TryFindObject(ulong address, out (string Name, ulong Address, ulong Size) symbol)
    {
        int low = 0, high = _objects.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_objects[middle].Address <= address) low = middle + 1;
            else high = middle;
        }
        symbol = low > 0 ? _objects[low - 1] : default;
        return low > 0 && address - symbol.Address < symbol.Size;
    }
}
