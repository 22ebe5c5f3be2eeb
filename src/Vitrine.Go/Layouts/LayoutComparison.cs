using Vitrine.Go.Binary;

namespace Vitrine.Go.Layouts;

/// <summary>Says where two layouts of the same struct disagree.</summary>
static class LayoutComparison
{
    public static void Compare(StructLayout one, StructLayout other, List<string> differences)
    {
        if (one.Size != other.Size)
            differences.Add($"{one.Name}: size {one.Size} according to {one.Source}, {other.Size} according to {other.Source}");
        foreach (var field in one.Fields)
        {
            if (field.Name != "_" && other.TryGetField(field.Name, out var same) && same.Offset != field.Offset)
                differences.Add($"{one.Name}.{field.Name}: offset {field.Offset} according to {one.Source}, {same.Offset} according to {other.Source}");
        }
    }
}
