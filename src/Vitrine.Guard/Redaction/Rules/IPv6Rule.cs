using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Rules;

/// <summary>
/// IPv6 addresses (RFC 4291), also with an IPv4 address at the end and a zone. A name of C++ or Rust can look like one (<c>abc::def</c>): an address has a digit, and among function names a single colon or a part that begins
/// with a digit, as no name has.
/// </summary>
sealed class IPv6Rule : TextRule
{
    const int LongestZone = 32;

    public override TextTraits NeedsAll => TextTraits.Colon;

    public override void Find(ReadOnlySpan<byte> text, TextKind kind, int number, MatchList matches)
    {
        var i = 0;
        while (text[i..].IndexOf((byte)':') is >= 0 and var n)
        {
            var colon = i + n;
            var start = colon;
            while (start > i && Letters.IsHex(text[start - 1]))
                start--;
            var end = colon;
            while (end < text.Length && (Letters.IsHex(text[end]) || text[end] is (byte)':' or (byte)'.'))
                end++;
            if (FindIn(text, start, end, kind) is { Length: > 0 } found)
                matches.Add(found.Start, ZoneEnd(text, found.Start + found.Length), number);
            i = end;
        }
    }

    /// <summary>The address in a row of hexadecimal digits, colons and dots: the row, or without a word before it or a port behind it.</summary>
    static (int Start, int Length) FindIn(ReadOnlySpan<byte> text, int start, int end, TextKind kind)
    {
        while (end > start && (text[end - 1] == '.' || text[end - 1] == ':' && (end - 2 < start || text[end - 2] != ':')))
            end--;
        // Part of a word: "id:2001:db8::1"
        if (Letters.IsWordAt(text, start - 1))
            start = text[start..end].IndexOf((byte)':') is >= 0 and var colon ? start + colon : end;
        if (end - start > 2 && text[start] == ':' && text[start + 1] != ':')
            start++;
        if (end - start > 100 || Letters.IsWordAt(text, end))
            return default;
        for (var head = 0; head < 2; head++)
        {
            for (var tail = 0; tail < 2; tail++)
            {
                var from = head == 0 ? start : text[start..end].IndexOf((byte)':') is > 0 and var first ? start + first + 1 : end;
                var to = tail == 0 ? end : text[start..end].LastIndexOf((byte)':') is > 0 and var last ? start + last : start;
                if (to > from && IsAddress(text[from..to], kind))
                    return (from, to - from);
            }
        }
        return default;
    }

    static bool IsAddress(ReadOnlySpan<byte> text, TextKind kind)
    {
        var (groups, i, hasGap, hasDigit, singles, startsWithDigit) = (0, 0, false, false, 0, false);
        if (text.StartsWith("::"u8))
            (hasGap, i) = (true, 2);
        while (i < text.Length)
        {
            if (IPv4Rule.LengthAt(text[i..]) is > 0 and var length && i + length == text.Length)
            {
                (groups, hasDigit, startsWithDigit, i) = (groups + 2, true, true, text.Length);
                break;
            }
            var begin = i;
            while (i < text.Length && Letters.IsHex(text[i]))
                hasDigit |= Letters.IsDigit(text[i++]);
            if (i - begin is 0 or > 4)
                return false;
            startsWithDigit |= Letters.IsDigit(text[begin]);
            groups++;
            if (i == text.Length)
                break;
            if (text[i++] != ':')
                return false;
            if (i < text.Length && text[i] == ':')
            {
                if (hasGap)
                    return false;
                (hasGap, i) = (true, i + 1);
            }
            else if (i == text.Length)
                return false;
            else
                singles++;
        }
        if (groups == 0 || (hasGap ? groups > 7 : groups != 8))
            return false;
        return kind == TextKind.Symbol ? startsWithDigit || singles > 0 && hasDigit : hasDigit || singles >= 2;
    }

    static int ZoneEnd(ReadOnlySpan<byte> text, int end)
    {
        if (end + 1 >= text.Length || text[end] != '%' || !Letters.IsWordAt(text, end + 1))
            return end;
        var i = end + 1;
        while (i < text.Length && i - end <= LongestZone && (Letters.IsLetterOrDigit(text[i]) || text[i] is (byte)'_' or (byte)'-' or (byte)'.'))
            i++;
        return i;
    }
}
