namespace Vitrine.Go.Globals;

/// <summary>One reference of an anchor function as the table records it: the shape, and the variable where the table's build had one.</summary>
/// <param name="Kind">What the instruction does.</param>
/// <param name="Width">Bytes accessed; 0 for an address.</param>
/// <param name="Area">The area of the image.</param>
/// <param name="Symbol">Index into <see cref="AnchorTable.Symbols"/>; -1 when it is no variable of interest.</param>
/// <param name="Offset">Bytes from the start of the variable.</param>
readonly record struct AnchorReference(AccessKind Kind, byte Width, DataArea Area, int Symbol, int Offset)
{
    /// <summary>Whether an instruction of the binary does the same kind of thing at the same kind of place.</summary>
    public bool HasShapeOf(in DataReference reference) =>
        Kind == reference.Kind && Width == reference.Width && (Area == reference.Area || Area == DataArea.Any);
}
