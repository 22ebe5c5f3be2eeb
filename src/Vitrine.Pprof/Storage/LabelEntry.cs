namespace Vitrine.Pprof.Storage;

/// <summary>A label as string numbers.</summary>
/// <param name="Key">String number of the key.</param>
/// <param name="Text">String number of the text; 0 makes it a numeric label, as in the wire format.</param>
/// <param name="Unit">String number of the unit; 0 = none.</param>
/// <param name="Number">The numeric value.</param>
internal readonly record struct LabelEntry(int Key, int Text, int Unit, long Number)
{
    /// <summary>A number 0 without a unit looks in the file like a label without a value; pprof takes it for none.</summary>
    public bool IsAbsent => Text == 0 && Unit == 0 && Number == 0;
}
