namespace Vitrine.Go.Binary;

/// <summary>The fields of a struct type in one binary, and where that is known from.</summary>
public sealed class StructLayout
{
    private readonly Func<StructField, StructLayout?> nested;
    private readonly Dictionary<string, StructField> paths = [];

    /// <summary>Creates a layout.</summary>
    /// <param name="name">Full name, e.g. <c>runtime.g</c> or <c>net/http.Request</c>.</param>
    /// <param name="size">Size of the struct, in bytes.</param>
    /// <param name="source">Where the layout comes from.</param>
    /// <param name="fields">Direct fields in declaration order.</param>
    /// <param name="nested">Finds the layout of a field (or array element) whose type is a struct; null when there is none.</param>
    public StructLayout(string name, int size, LayoutSource source, IReadOnlyList<StructField> fields, Func<StructField, StructLayout?> nested)
    {
        Name = name;
        Size = size;
        Source = source;
        Fields = fields;
        this.nested = nested;
        foreach (StructField field in fields)
            paths.TryAdd(field.Name, field);
    }

    /// <summary>Full name, e.g. <c>runtime.g</c> or <c>net/http.Request</c>.</summary>
    public string Name { get; }

    /// <summary>Size of the struct, in bytes.</summary>
    public int Size { get; }

    /// <summary>Where the layout comes from.</summary>
    public LayoutSource Source { get; }

    /// <summary>Direct fields in declaration order.</summary>
    public IReadOnlyList<StructField> Fields { get; }

    /// <summary>Finds a field by path: <c>goid</c>, <c>sched.sp</c>, <c>spans[3].base</c>; fields of embedded structs are found without naming them.</summary>
    public bool TryGetField(string path, out StructField field) => paths.TryGetValue(path, out field);

    /// <summary>Offset of a field in bytes, or null when the struct has no such field in this Go version.</summary>
    public int? OffsetOf(string path) => TryGetField(path, out StructField field) ? field.Offset : null;

    /// <summary>Offset of a field that must be there.</summary>
    /// <exception cref="GoBinaryException">The struct has no such field; the message names both and the source of the layout.</exception>
    public int RequiredOffset(string path) => OffsetOf(path) ?? throw new GoBinaryException(
        $"struct {Name} has no field {path} ({Source}): this Go version lays it out differently; run a newer vitrine");

    /// <summary>Layout of a field (or array element) whose type is a struct; null when its type is not a struct or is not described.</summary>
    public StructLayout? Nested(in StructField field) => nested(field);
}
