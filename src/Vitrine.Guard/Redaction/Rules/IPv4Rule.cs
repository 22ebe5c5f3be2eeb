using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Rules;

/// <summary>IPv4 addresses in dotted form, standing alone: not part of a version (<c>v1.2.3.4</c>, <c>Version=4.0.0.0</c>), nor of a longer row of numbers. A port or a prefix length stays.</summary>
sealed class IPv4Rule : TextRule
{
    public override TextTraits NeedsAll => TextTraits.DigitDot;

    public override void Find(ReadOnlySpan<byte> text, TextKind kind, int number, MatchList matches)
    {
        var i = 0;
        while (text[i..].IndexOf((byte)'.') is >= 0 and var n)
        {
            var dot = i + n;
            i = dot + 1;
            if (!Letters.IsDigitAt(text, dot + 1) || !Letters.IsDigitAt(text, dot - 1))
                continue;
            var start = dot;
            while (start > 0 && dot - start < 4 && Letters.IsDigit(text[start - 1]))
                start--;
            var length = LengthAt(text[start..]);
            if (length > 0 && !IsInside(text, start, start + length))
                matches.Add(start, start + length, number);
            i = RowEnd(text, dot);
        }
    }

    /// <summary>The length of the address at the beginning of the text; 0 without one.</summary>
    public static int LengthAt(ReadOnlySpan<byte> text)
    {
        var i = 0;
        for (var part = 0; part < 4; part++)
        {
            if (part > 0 && (i >= text.Length || text[i++] != '.'))
                return 0;
            var (value, digits) = (0, 0);
            while (digits < 4 && Letters.IsDigitAt(text, i))
            {
                value = value * 10 + text[i++] - '0';
                digits++;
            }
            if (digits is 0 or > 3 || value > 255)
                return 0;
        }
        return i;
    }

    static bool IsInside(ReadOnlySpan<byte> text, int start, int end) =>
        Letters.IsLetterOrDigitAt(text, start - 1) || start > 0 && text[start - 1] == '.' || Letters.IsLetterOrDigitAt(text, end)
        || end < text.Length && text[end] == '.' && Letters.IsLetterOrDigitAt(text, end + 1)
        || start > 0 && text[start - 1] is (byte)'=' or (byte)' ' && Letters.IsAt(text, start - 8, "version"u8);

    // Behind the whole row of digits and dots, so that a long one is looked at once.
    static int RowEnd(ReadOnlySpan<byte> text, int i)
    {
        while (i < text.Length && (Letters.IsDigit(text[i]) || text[i] == '.'))
            i++;
        return i;
    }
}
