using System.Globalization;
using System.Text;

namespace Vitrine.Pprof.Views;

/// <summary>
/// Makes names safe to show. A function name is whatever bytes a target or a file had: it may hold terminal escape sequences, characters that reverse the direction of
/// the text around them, a NUL that XML cannot carry, half a surrogate pair, or a megabyte. Exchange formats keep such names as they are; what a person looks at goes through here.
/// </summary>
public static class DisplayText
{
    /// <summary>Characters of a name that views show; the rest is replaced by "… (65,536 characters)".</summary>
    public const int MaxLength = 1_024;

    /// <summary>The text with control characters, direction marks and unpaired surrogates spelled out as <c>\u{1b}</c>, cut to <see cref="MaxLength"/>.</summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= MaxLength && IsPlain(text))
            return text;
        var result = new StringBuilder(Math.Min(text.Length, MaxLength) + 32);
        var at = 0;
        while (at < text.Length && result.Length < MaxLength)
        {
            if (Rune.TryGetRuneAt(text, at, out var rune))
            {
                if (IsHidden(rune.Value))
                    AppendEscape(result, rune.Value);
                else
                    result.Append(text, at, rune.Utf16SequenceLength);
                at += rune.Utf16SequenceLength;
            }
            else
            {
                AppendEscape(result, text[at++]);
            }
        }
        if (at < text.Length)
            result.Append(CultureInfo.InvariantCulture, $"… ({text.Length:N0} characters)");
        return result.ToString();
    }

    static bool IsPlain(string text)
    {
        foreach (var c in text)
            if (c is < ' ' or > '~')
                return false;
        return true;
    }

    static bool IsHidden(int c) =>
        c is < 0x20 or (>= 0x7f and < 0xa0) // control characters
            or 0x61c or 0x200e or 0x200f or (>= 0x2028 and <= 0x202e) or (>= 0x2066 and <= 0x2069) // direction marks, line and paragraph separators
            or 0x200b or 0x2060 or 0xfeff // invisible: two functions would look alike
            or (>= 0xfff9 and <= 0xfffb) or 0xfffe or 0xffff // annotation marks, and what XML forbids
            or (>= 0xe0000 and <= 0xe0fff); // tags

    static void AppendEscape(StringBuilder result, int c) => result.Append(CultureInfo.InvariantCulture, $"\\u{{{c:x}}}");
}
