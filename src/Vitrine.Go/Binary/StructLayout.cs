using System.Collections.Concurrent;
using System.Globalization;

namespace Vitrine.Go.Binary;

/// <summary>The fields of a struct type in one binary, and where that is known from. Thread-safe.</summary>
public sealed class StructLayout
{
    readonly Func<StructField, StructLayout?> nested;
    readonly Dictionary<string, StructField> direct = [];
    readonly ConcurrentDictionary<string, StructField> paths = new();

    /// <summary>Creates a layout.</summary>
    /// <param name="name">Full name, e.g. <c>runtime.g</c> or <c>net/http.Request</c>.</param>
    /// <param name="size">Size of the struct, in bytes.</param>
    /// <param name="source">Where the layout comes from.</param>
    /// <param name="fields">Direct fields in declaration order.</param>
    /// <param name="nested">Finds the layout of a field (or array element) whose type is a struct; null when there is none.</param>
    public StructLayout(string name, int size, LayoutSource source, IReadOnlyList<StructField> fields, Func<StructField, StructLayout?> nested)
    {
        ArgumentNullException.ThrowIfNull(fields);
        Name = name;
        Size = size;
        Source = source;
        Fields = fields;
        this.nested = nested;
        foreach (var field in fields)
            direct.TryAdd(field.Name, field);
    }

    /// <summary>Full name, e.g. <c>runtime.g</c> or <c>net/http.Request</c>.</summary>
    public string Name { get; }

    /// <summary>Size of the struct, in bytes.</summary>
    public int Size { get; }

    /// <summary>Where the layout comes from.</summary>
    public LayoutSource Source { get; }

    /// <summary>Direct fields in declaration order.</summary>
    public IReadOnlyList<StructField> Fields { get; }

    /// <summary>
    /// Finds a field by path: <c>goid</c>, <c>sched.sp</c>, <c>future[2].allocs</c>; fields of embedded structs are found without naming them, as in Go.
    /// The result's offset counts from this struct, its name is the path.
    /// </summary>
    public bool TryGetField(string path, out StructField field)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (direct.TryGetValue(path, out field) || paths.TryGetValue(path, out field))
            return true;
        if (!TryResolve(path, out field))
            return false;
        field = field with { Name = path };
        if (paths.Count < GoBinaryLimits.MaxKeptPaths)
            paths.TryAdd(path, field);
        return true;
    }

    /// <summary>Offset of a field in bytes, or null when the struct has no such field in this Go version.</summary>
    public int? OffsetOf(string path) => TryGetField(path, out var field) ? field.Offset : null;

    /// <summary>Offset of a field that must be there.</summary>
    /// <exception cref="GoBinaryException">The struct has no such field; the message names both and the source of the layout.</exception>
    public int RequiredOffset(string path) => OffsetOf(path) ?? throw new GoBinaryException(
        $"struct {Name} has no field {path} (according to {Source}): this Go version lays it out differently than Vitrine knows; try a newer vitrine");

    /// <summary>Layout of a field (or array element) whose type is a struct; null when its type is not a struct or is not described.</summary>
    public StructLayout? Nested(in StructField field) => nested(field);

    bool TryResolve(string path, out StructField field)
    {
        field = default;
        StructLayout? layout = this;
        var offset = 0L;
        foreach (var step in path.Split('.'))
        {
            var bracket = step.IndexOf('[', StringComparison.Ordinal);
            var name = bracket < 0 ? step : step[..bracket];
            if (layout is null || !layout.TryGetPromoted(name, out field))
                return false;
            offset += field.Offset;
            layout = nested(field);
            if (bracket >= 0 && !TryElement(step[bracket..], layout, ref field, ref offset))
                return false;
            // The fields of an array's element need its index.
            if (bracket < 0 && (field.Kind == GoKind.Array || field.ArrayLength > 0))
                layout = null;
        }
        if (offset < 0 || offset + field.Size > Size)
            return false;
        field = field with { Offset = (int)offset };
        return true;
    }

    static bool TryElement(string subscript, StructLayout? element, ref StructField field, ref long offset)
    {
        if (field.ArrayLength <= 0 || !subscript.EndsWith(']')
            || !int.TryParse(subscript.AsSpan(1, subscript.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            || index >= field.ArrayLength)
            return false;
        var size = field.Size / field.ArrayLength;
        offset += (long)index * size;
        field = field with
        {
            Size = size,
            ArrayLength = 0,
            TypeName = field.TypeName[(field.TypeName.IndexOf(']', StringComparison.Ordinal) + 1)..],
            Kind = element is null ? GoKind.Invalid : GoKind.Struct,
            TypeAddress = 0,
        };
        return true;
    }

    /// <summary>A direct field, or one of an embedded struct, nearest first.</summary>
    bool TryGetPromoted(string name, out StructField field)
    {
        if (direct.TryGetValue(name, out field))
            return true;
        var queue = new Queue<(StructLayout Layout, int Offset)>([(this, 0)]);
        for (var seen = 0; queue.Count > 0 && seen < GoBinaryLimits.MaxEmbeddedStructs; seen++)
        {
            var (layout, offset) = queue.Dequeue();
            if (layout.direct.TryGetValue(name, out field))
            {
                field = field with { Offset = offset + field.Offset };
                return true;
            }
            foreach (var embedded in layout.Fields)
            {
                if (embedded.Embedded && queue.Count < GoBinaryLimits.MaxEmbeddedStructs && layout.nested(embedded) is { } inner)
                    queue.Enqueue((inner, offset + embedded.Offset));
            }
        }
        return false;
    }
}
