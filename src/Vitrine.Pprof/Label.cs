namespace Vitrine.Pprof;

/// <summary>A label of a sample: a text or a number with a unit, never both (profile.proto, message Label).</summary>
/// <param name="Key">The label's name; the same key may occur several times in one sample.</param>
/// <param name="Text">The text value, or null when this is a numeric label.</param>
/// <param name="Number">The numeric value; meaningful only when <paramref name="Text"/> is null.</param>
/// <param name="Unit">The unit of <paramref name="Number"/> ("bytes", "requests", …), or null when the producer gave none.</param>
public readonly record struct Label(string Key, string? Text, long Number = 0, string? Unit = null)
{
    /// <summary>True when the label carries a number.</summary>
    public bool IsNumeric => Text is null;
}
