using System.Globalization;
using System.Text;

namespace Vitrine.Guard.Audit;

/// <summary>Untrusted text for a line of a log: bounded, and without anything that could begin a line or steer a terminal.</summary>
static class AuditText
{
    /// <summary>The longest text of a record, in characters.</summary>
    public const int MaximumLength = 256;

    /// <summary>The text itself where nothing is wrong with it.</summary>
    public static string? Safe(string? text)
    {
        if (text is null || (text.Length <= MaximumLength && IsSafe(text))) return text;
        var safe = new StringBuilder(MaximumLength + 8);
        foreach (var letter in text.AsSpan(0, Math.Min(text.Length, MaximumLength)))
        {
            if (IsSafe(letter)) safe.Append(letter);
            else safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
        }
        if (text.Length > MaximumLength) safe.Append('…');
        return safe.ToString();
    }

    static bool IsSafe(string text)
    {
        foreach (var letter in text)
        {
            if (!IsSafe(letter)) return false;
        }
        return true;
    }

    // Line and paragraph separators, and the marks that turn the direction of writing, are not control characters for char.
    static bool IsSafe(char letter) => !char.IsControl(letter) && !char.IsSurrogate(letter)
        && CharUnicodeInfo.GetUnicodeCategory(letter) is not (UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Format);
}
