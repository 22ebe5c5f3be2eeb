using System.Diagnostics.CodeAnalysis;
using Vitrine.Go.Binary;

namespace Vitrine.Go.Layouts;

/// <summary>
/// Finds struct layouts of one binary, best source first: its own type descriptors, its DWARF, Vitrine's generated table.
/// Thread-safe; answers are kept.
/// </summary>
public sealed class LayoutLadder
{
    /// <summary>Creates the ladder for a binary; <paramref name="table"/> is its lowest rung.</summary>
    public LayoutLadder(GoBinary binary, ILayoutTable? table = null)
    {
        Binary = binary;
        Table = table;
    }

    /// <summary>The binary whose structs are found.</summary>
    public GoBinary Binary { get; }

    /// <summary>The lowest rung; null when there is none.</summary>
    public ILayoutTable? Table { get; }

    /// <summary>The layout of a struct.</summary>
    /// <exception cref="GoBinaryException">No rung knows the struct; the message says what each one answered.</exception>
    public StructLayout Find(string name) => throw new GoBinaryException("not yet");

    /// <summary>The layout of a struct; false when no rung knows it.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out StructLayout? layout) => throw new GoBinaryException("not yet");
}
