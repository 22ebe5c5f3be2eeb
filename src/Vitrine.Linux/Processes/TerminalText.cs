using System.Globalization;
using System.Text;

namespace Vitrine.Linux.Processes;

/// <summary>
/// Makes text from a target safe to print. Process names, paths, arguments and goroutine labels are chosen by the target: they may hold escape sequences
/// that retitle, recolour or type into a terminal, newlines that forge lines, and direction marks that reorder what is read.
/// </summary>
public static class TerminalText
{
    /// <summary>Replaces control, format (direction marks, zero-width) and line-separator characters and unpaired surrogates by visible escapes such as \x1b or \u202e, and cuts at <paramref name="maxLength"/> characters with "…".</summary>
    public static string Sanitize(string? text, int maxLength = 4096)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 1);
        if (string.IsNullOrEmpty(text))
            return "";
        if (text.Length <= maxLength && IsClean(text))
            return text;

        var result = new StringBuilder(Math.Min(text.Length, maxLength) + 8);
        for (var i = 0; i < text.Length; i++)
        {
            if (result.Length >= maxLength)
                return result.Append('…').ToString();
            var c = text[i];
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                var rune = new Rune(c, text[++i]);
                if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.Control or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned)
                    result.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}");
                else
                    result.Append(c).Append(text[i]);
                continue;
            }
            result.Append(c switch
            {
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when IsSafe(c) => c.ToString(),
                _ when c < 0x100 => $"\\x{(int)c:x2}",
                _ => $"\\u{(int)c:x4}",
            });
        }
        return result.ToString();
    }

    static bool IsClean(string text)
    {
        foreach (var c in text)
        {
            if (!IsSafe(c))
                return false;
        }
        return true;
    }

    static bool IsSafe(char c) =>
        c is >= ' ' and < '\x7f'
        || (c >= '\xa0' && char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator
            or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned));
}
