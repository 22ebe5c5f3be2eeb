using System.Buffers;
using System.Numerics;
using System.Runtime.Intrinsics;
using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Rules;

/// <summary>
/// Numbers of payment cards: 13 to 19 digits with the beginning and the length of an issuer (ISO/IEC 7812) and the right check digit (Luhn), in one row or in the groups that are printed on cards.
/// </summary>
sealed class CardRule : TextRule
{
    const int Shortest = 13;
    const int Longest = 19;
    // What is left of the sixty-four characters holds the longest beginning that is looked for.
    const int Step = 64 - 16;
    const int LongestFigures = 128;

    static readonly SearchValues<byte> s_figures = SearchValues.Create("0123456789:[] "u8);
    static readonly byte[][] s_groupings = [[4, 4, 4, 4], [4, 6, 5], [4, 6, 4], [4, 4, 4, 4, 3], [4, 4, 4, 1], [6, 13]];

    public override TextTraits NeedsAll => TextTraits.Digit;

    public override void Find(ReadOnlySpan<byte> text, TextKind kind, int number, MatchList matches)
    {
        Span<byte> digits = stackalloc byte[Longest];
        var i = 0;
        // Hexadecimal numbers are full of digits, so that going from one row of digits to the next is slow: the places where the first digits of a card stand are found sixty-four characters at a time.
        for (var window = 0; window <= text.Length - Shortest; window += Step)
        {
            for (var candidates = Candidates(text, window); candidates != 0; candidates &= candidates - 1)
            {
                var start = window + BitOperations.TrailingZeroCount(candidates);
                if (start < i)
                    continue;
                var run = RunLength(text, start);
                i = start + run;
                if (!CanBegin(text, start))
                    continue;
                if (run is >= Shortest and <= Longest)
                {
                    if (CanEnd(text, i) && IsCard(text.Slice(start, run)) && !(kind == TextKind.Lines && IsInFigures(text, start)))
                        matches.Add(start, i, number);
                    continue;
                }
                if (run is not (4 or 6))
                    continue;
                foreach (var grouping in s_groupings)
                {
                    if (GroupsEnd(text, start, grouping, digits, out var count) is > 0 and var end && CanEnd(text, end) && IsCard(digits[..count]))
                    {
                        matches.Add(start, end, number);
                        i = end;
                        break;
                    }
                }
            }
        }
    }

    /// <summary>
    /// Where among the next <see cref="Step"/> characters a row of digits begins that is long enough, or has four or six digits and goes on behind a separator: a bit for each.
    /// </summary>
    static ulong Candidates(ReadOnlySpan<byte> text, int window)
    {
        // The last window reaches back over what was seen, and forgets it.
        var from = Math.Min(window, text.Length - Vector512<byte>.Count);
        var block = from < 0 ? Padded(text) : Vector512.Create(text[from..]);
        var seen = window - Math.Max(0, from);
        var digits = Vector512.LessThan(block - Vector512.Create((byte)'0'), Vector512.Create((byte)10)).ExtractMostSignificantBits() >> seen;
        // Rows of two, four, eight, and thirteen.
        var row = digits & digits >> 1;
        var row4 = row & row >> 2;
        if (row4 == 0)
            return 0;
        var row8 = row4 & row4 >> 4;
        var separators = (Vector512.Equals(block, Vector512.Create((byte)' ')) | Vector512.Equals(block, Vector512.Create((byte)'-'))).ExtractMostSignificantBits() >> seen & digits >> 1;
        var candidates = row8 & row8 >> 5 | row4 & (separators >> 4 | row >> 4 & separators >> 6);
        var isAmongDigits = window > 0 && Letters.IsDigit(text[window - 1]) ? 1UL : 0;
        return candidates & ~(digits << 1 | isAmongDigits) & (1UL << Step) - 1;
    }

    static Vector512<byte> Padded(ReadOnlySpan<byte> text)
    {
        Span<byte> padded = stackalloc byte[Vector512<byte>.Count];
        padded.Clear();
        text.CopyTo(padded);
        return Vector512.Create<byte>(padded);
    }

    static int RunLength(ReadOnlySpan<byte> text, int start) => text[start..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') is >= 0 and var n ? n : text.Length - start;

    // A letter beside it makes it a name or a hexadecimal number, a dot a fraction.
    static bool CanBegin(ReadOnlySpan<byte> text, int start) => !Letters.IsLetterOrDigitAt(text, start - 1) && !(start > 1 && text[start - 1] == '.' && Letters.IsDigit(text[start - 2]));

    static bool CanEnd(ReadOnlySpan<byte> text, int end) => !Letters.IsLetterOrDigitAt(text, end) && !(end < text.Length && text[end] == '.' && Letters.IsDigitAt(text, end + 1));

    static int GroupsEnd(ReadOnlySpan<byte> text, int start, byte[] grouping, Span<byte> digits, out int count)
    {
        var i = start;
        count = 0;
        byte separator = 0;
        foreach (var size in grouping)
        {
            if (count > 0)
            {
                if (i >= text.Length || text[i] is not ((byte)' ' or (byte)'-') || separator != 0 && text[i] != separator)
                    return 0;
                separator = text[i++];
            }
            for (var d = 0; d < size; d++, i++)
            {
                if (!Letters.IsDigitAt(text, i))
                    return 0;
                digits[count++] = text[i];
            }
        }
        return Letters.IsDigitAt(text, i) ? 0 : i;
    }

    static bool IsCard(ReadOnlySpan<byte> digits)
    {
        if (!IsIssued(digits))
            return false;
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var d = digits[^(i + 1)] - '0';
            sum += i % 2 == 0 ? d : d > 4 ? 2 * d - 9 : 2 * d;
        }
        return sum % 10 == 0;
    }

    /// <summary>Whether the line is one of values in Go's old text forms (<c>4111111111111111 12 @ 0x46e2c1 …</c>): nothing but numbers stand there.</summary>
    static bool IsInFigures(ReadOnlySpan<byte> text, int start)
    {
        var line = start;
        while (line > 0 && start - line < LongestFigures && text[line - 1] is (byte)' ' or (byte)':' or (byte)'[' or (>= (byte)'0' and <= (byte)'9'))
            line--;
        if (line > 0 && text[line - 1] != '\n')
            return false;
        var rest = text[start..Math.Min(text.Length, start + LongestFigures)];
        return rest.IndexOfAnyExcept(s_figures) is >= 0 and var at && rest[at] == '@';
    }

    // Times in nanoseconds, microseconds and milliseconds have 13, 16 and 19 digits and begin with 1: no card does (JCB and UATP with 1 are out of use).
    static bool IsIssued(ReadOnlySpan<byte> digits)
    {
        var first4 = (digits[0] - '0') * 1000 + (digits[1] - '0') * 100 + (digits[2] - '0') * 10 + digits[3] - '0';
        var length = digits.Length;
        return first4 switch
        {
            >= 4000 and < 5000 => length is 13 or 16 or 19,
            >= 5100 and < 5600 or >= 2221 and < 2721 => length == 16,
            >= 3400 and < 3500 or >= 3700 and < 3800 => length == 15,
            >= 3000 and < 3060 or 3095 or >= 3600 and < 3700 or >= 3800 and < 4000 => length is >= 14 and <= 19,
            >= 3528 and < 3590 => length is >= 16 and <= 19,
            >= 6011 and < 6012 or >= 6440 and < 6600 or >= 6200 and < 6300 => length is >= 16 and <= 19,
            >= 5000 and < 5100 or >= 5600 and < 7000 => length is >= 12 and <= 19,
            >= 2200 and < 2205 => length is >= 16 and <= 19,
            _ => false,
        };
    }
}
