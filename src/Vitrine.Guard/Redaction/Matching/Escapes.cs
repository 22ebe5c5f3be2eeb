using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace Vitrine.Guard.Redaction.Matching;

/// <summary>
/// Undoes the escapes of a format and remembers where each byte came from: rules look at what a reader of the format would see, and what they find is cut out of the source. Whatever is no escape stays as it is.
/// No escape is shorter than what it stands for, so that the result fits into as many bytes as the source has.
/// </summary>
static class Escapes
{
    /// <summary>Undoes the escapes.</summary>
    /// <param name="source">The text.</param>
    /// <param name="decoded">As long as the source.</param>
    /// <param name="places">For each byte of the result where it begins in the source, and one more for the end; one longer than the source.</param>
    /// <returns>The length of the result; as long as the source when there was nothing to undo.</returns>
    public delegate int Decoder(ReadOnlySpan<byte> source, Span<byte> decoded, Span<int> places);

    /// <summary>Percent-encoding (RFC 3986), once.</summary>
    public static int Percent(ReadOnlySpan<byte> source, Span<byte> decoded, Span<int> places) => Decode(source, decoded, places, (byte)'%', static (text, into) =>
        text.Length >= 3 && Hex(text.Slice(1, 2)) is >= 0 and var value ? Write((byte)value, into, 3) : default);

    /// <summary>Backslash escapes of JSON (RFC 8259), Go and C#: <c>\"</c>, <c>\n</c>, <c>\u0040</c>, <c>\x40</c>, <c>\U0001F600</c>.</summary>
    public static int Backslash(ReadOnlySpan<byte> source, Span<byte> decoded, Span<int> places) => Decode(source, decoded, places, (byte)'\\', BackslashAt);

    /// <summary>Character references of XML and HTML: <c>&amp;amp;</c>, <c>&amp;#64;</c>, <c>&amp;#x40;</c>, <c>&amp;commat;</c>.</summary>
    public static int Entities(ReadOnlySpan<byte> source, Span<byte> decoded, Span<int> places) => Decode(source, decoded, places, (byte)'&', EntityAt);

    /// <summary>Tries to read one escape at the beginning of a text: how many bytes it has and how many it stands for; nothing when it is none.</summary>
    delegate (int Read, int Written) Escape(ReadOnlySpan<byte> text, Span<byte> into);

    static int Decode(ReadOnlySpan<byte> source, Span<byte> decoded, Span<int> places, byte begin, Escape escape)
    {
        int from = 0, to = 0;
        while (from < source.Length)
        {
            var plain = source[from..].IndexOf(begin) is >= 0 and var n ? n : source.Length - from;
            source.Slice(from, plain).CopyTo(decoded[to..]);
            for (var i = 0; i < plain; i++)
                places[to++] = from++;
            if (from == source.Length)
                break;
            var (read, written) = escape(source[from..], decoded[to..]);
            if (read == 0)
            {
                decoded[to] = source[from];
                (read, written) = (1, 1);
            }
            for (var i = 0; i < written; i++)
                places[to++] = from;
            from += read;
        }
        places[to] = source.Length;
        return to;
    }

    static (int, int) BackslashAt(ReadOnlySpan<byte> text, Span<byte> into)
    {
        if (text.Length < 2)
            return default;
        switch ((char)text[1])
        {
            case 'u':
                if (text.Length < 6 || Hex(text.Slice(2, 4)) is not (>= 0 and var unit))
                    return default;
                if (char.IsHighSurrogate((char)unit) && text.Length >= 12 && text[6] == '\\' && text[7] == 'u' && Hex(text.Slice(8, 4)) is >= 0 and var low && char.IsLowSurrogate((char)low))
                    return (12, new Rune((char)unit, (char)low).EncodeToUtf8(into));
                return (6, (Rune.TryCreate((char)unit, out var rune) ? rune : Rune.ReplacementChar).EncodeToUtf8(into));
            case 'U':
                return text.Length >= 10 && Hex(text.Slice(2, 8)) is >= 0 and var scalar && Rune.TryCreate(scalar, out var wide) ? (10, wide.EncodeToUtf8(into)) : default;
            case 'x':
                return text.Length >= 4 && Hex(text.Slice(2, 2)) is >= 0 and var value ? Write((byte)value, into, 4) : default;
            case 'n': return Write((byte)'\n', into, 2);
            case 'r': return Write((byte)'\r', into, 2);
            case 't': return Write((byte)'\t', into, 2);
            case 'b' or 'f' or 'a' or 'v': return Write((byte)' ', into, 2);
            case '"' or '\'' or '\\' or '/' or '`': return Write(text[1], into, 2);
            default: return default;
        }
    }

    static (int, int) EntityAt(ReadOnlySpan<byte> text, Span<byte> into)
    {
        const int Longest = 33;
        var end = text[..Math.Min(text.Length, Longest)].IndexOf((byte)';');
        // HTML takes "&#64" without its semicolon, too.
        if (text.Length > 2 && text[1] == '#')
        {
            var isHex = (text[2] | 0x20) == 'x';
            var digits = text[(isHex ? 3 : 2)..Math.Min(text.Length, Longest)];
            var length = isHex ? digits.IndexOfAnyExcept(s_hex) : digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            length = length < 0 ? digits.Length : length;
            if (length == 0 || !int.TryParse(digits[..length], isHex ? NumberStyles.HexNumber : NumberStyles.None, CultureInfo.InvariantCulture, out var scalar) || !Rune.TryCreate(scalar, out var rune))
                return default;
            var read = (isHex ? 3 : 2) + length;
            // Shorter than its character cannot be: three digits at least are beyond ASCII.
            return rune.Utf8SequenceLength > read ? default : (read < text.Length && text[read] == ';' ? read + 1 : read, rune.EncodeToUtf8(into));
        }
        if (end < 2)
            return default;
        var name = Encoding.UTF8.GetString(text[..(end + 1)]);
        // A few that the library's table, which is HTML 4's, does not have and that spell what the rules look for.
        var meaning = name switch
        {
            "&commat;" => "@",
            "&colon;" => ":",
            "&period;" => ".",
            "&equals;" => "=",
            "&sol;" => "/",
            "&bsol;" => "\\",
            "&lowbar;" => "_",
            "&num;" => "#",
            "&percnt;" => "%",
            "&quest;" => "?",
            "&Tab;" => "\t",
            "&NewLine;" => "\n",
            "&apos;" => "'",
            "&semi;" => ";",
            "&comma;" => ",",
            "&lpar;" => "(",
            "&rpar;" => ")",
            "&lsqb;" => "[",
            "&rsqb;" => "]",
            "&hyphen;" or "&dash;" => "-",
            "&plus;" => "+",
            "&dollar;" => "$",
            "&ast;" => "*",
            _ => WebUtility.HtmlDecode(name),
        };
        return meaning == name ? default : (end + 1, Encoding.UTF8.GetBytes(meaning, into));
    }

    static readonly SearchValues<byte> s_hex = SearchValues.Create("0123456789abcdefABCDEF"u8);

    static (int, int) Write(byte value, Span<byte> into, int read)
    {
        into[0] = value;
        return (read, 1);
    }

    static int Hex(ReadOnlySpan<byte> digits) => !digits.ContainsAnyExcept(s_hex) && int.TryParse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value) ? value : -1;
}
