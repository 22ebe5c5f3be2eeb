using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Vitrine.Go.Binary;
using Vitrine.Linux.Binaries;

namespace Vitrine.Go.Layouts;

/// <summary>Turns a struct of the debug information into a <see cref="StructLayout"/>.</summary>
static class DwarfLayout
{
    public static bool TryConvert(DwarfTypes types, DwarfStruct found, [NotNullWhen(true)] out StructLayout? layout)
    {
        layout = null;
        if (found.Size is < 0 or > int.MaxValue)
            return false;
        var fields = new List<StructField>(found.Fields.Count);
        foreach (var field in found.Fields)
        {
            if (field.Offset < 0 || field.Offset > found.Size || field.Size > found.Size - field.Offset)
                return false;
            // Size -1: the debug information does not say.
            fields.Add(new StructField(
                field.Name, (int)field.Offset, (int)Math.Max(0, field.Size), field.TypeName, GoKind.Invalid, TypeAddress: 0, ArrayLength(field.TypeName), Embedded: false));
        }
        layout = new StructLayout(found.Name, (int)found.Size, LayoutSource.Dwarf, fields, field => Nested(types, field));
        return true;
    }

    static StructLayout? Nested(DwarfTypes types, StructField field)
    {
        var name = field.TypeName[(field.TypeName.LastIndexOf(']') is var close && ArrayLength(field.TypeName) > 0 ? close + 1 : 0)..];
        return types.TryGetStruct(name, out var found) && TryConvert(types, found, out var layout) ? layout : null;
    }

    // Go's compiler names array types "[4]runtime.mOS".
    static int ArrayLength(string typeName)
    {
        var close = typeName.IndexOf(']', StringComparison.Ordinal);
        return typeName.StartsWith('[') && close > 1
            && int.TryParse(typeName.AsSpan(1, close - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : 0;
    }
}
