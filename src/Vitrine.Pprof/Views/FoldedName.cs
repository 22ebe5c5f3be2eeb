using System.Buffers;
using System.Globalization;
using System.Text;

namespace Vitrine.Pprof.Views;

/// <summary>
/// Frame names in folded stacks. The format has no escapes of its own: a name ends at <c>;</c>, a stack at the space before its number, a line at its line feed, and every reader
/// splits there without looking further. So the characters that would be taken for these are written as percent escapes, <c>%3B</c> for a semicolon: other readers show
/// the escape, ours restores the name. Only the escapes that are written are read back, because Go's own names hold others (<c>gopkg.in/yaml%2ev3.Unmarshal</c>).
/// </summary>
internal static class FoldedName
{
    static readonly SearchValues<char> NumberCharacters = SearchValues.Create("0123456789.+-eE");

    /// <summary>Appends a name to a line.</summary>
    public static void Append(StringBuilder line, string name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            var c = name[i];
            // A space inside a name is left alone (C++ has them); at its ends, or before something that looks like the number of the line, it is not.
            if (c is ';' or '\n' or '\r' or '\0' || c == ' ' && IsSeparator(name, i) || c == '%' && IsEscape(name.AsSpan(i)) || c == '#' && i == 0)
                line.Append('%').Append(((int)c).ToString("X2", CultureInfo.InvariantCulture));
            else
                line.Append(c);
        }
    }

    /// <summary>The name that was written.</summary>
    public static string Restore(ReadOnlySpan<char> text)
    {
        if (text.IndexOf('%') < 0)
            return text.ToString();
        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && IsEscape(text[i..]))
            {
                result.Append((char)byte.Parse(text.Slice(i + 1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 2;
            }
            else
            {
                result.Append(text[i]);
            }
        }
        return result.ToString();
    }

    static bool IsSeparator(string name, int at)
    {
        if (at == 0 || at == name.Length - 1)
            return true;
        var rest = name.AsSpan(at + 1);
        return rest[0] == ' ' || rest.IndexOfAnyExcept(NumberCharacters) < 0;
    }

    static bool IsEscape(ReadOnlySpan<char> text) =>
        text.Length >= 3 && text[1..3] is "3B" or "0A" or "0D" or "00" or "20" or "23" or "25";
}
