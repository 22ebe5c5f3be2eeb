using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Rules;

/// <summary>Where the next FROM, SET, operator or quote stands. Each is searched for once and remembered until the text has gone past it, so that a text of nothing but SELECT is still looked at once.</summary>
struct SqlWordsAhead
{
    /// <summary>How far ahead the rest of a statement may be.</summary>
    const int Reach = 16 << 10;

    int _from, _set, _operator, _quote;

    public bool HasFrom(ReadOnlySpan<byte> text, int i) => Word(text, i, "from"u8, ref _from) - i < Reach;

    public bool HasSet(ReadOnlySpan<byte> text, int i) => Word(text, i, "set"u8, ref _set) - i < Reach;

    public bool HasOperator(ReadOnlySpan<byte> text, int i) => Any(text, i, "=<>'"u8, ref _operator) - i < 256 || FollowsName(text, i, "in"u8) || FollowsName(text, i, "like"u8) || FollowsName(text, i, "between"u8) || FollowsName(text, i, "not"u8);

    public bool HasQuote(ReadOnlySpan<byte> text, int i) => Any(text, i, "'"u8, ref _quote) - i < 256;

    public static bool HasCall(ReadOnlySpan<byte> text, int i)
    {
        var end = NameEnd(text, i);
        return end > i && end < text.Length && text[end] == '(';
    }

    public static bool HasAssignment(ReadOnlySpan<byte> text, int i)
    {
        var end = NameEnd(text, i);
        if (end == i)
            return false;
        end = Letters.SkipBlanks(text, end, 8);
        return end < text.Length && text[end] == '=';
    }

    static bool FollowsName(ReadOnlySpan<byte> text, int i, ReadOnlySpan<byte> word)
    {
        var end = NameEnd(text, i);
        return end > i && Letters.IsWordAt(text, Letters.SkipBlanks(text, end, 8), word);
    }

    static int NameEnd(ReadOnlySpan<byte> text, int i)
    {
        var last = Math.Min(text.Length, i + 128);
        while (i < last && (Letters.IsWord(text[i]) || text[i] is (byte)'.' or (byte)'"' or (byte)'`' or (byte)'[' or (byte)']'))
            i++;
        return i;
    }

    static int Any(ReadOnlySpan<byte> text, int i, ReadOnlySpan<byte> any, ref int known)
    {
        if (known <= i)
            known = text[i..].IndexOfAny(any) is >= 0 and var n ? i + n : int.MaxValue;
        return known;
    }

    static int Word(ReadOnlySpan<byte> text, int i, ReadOnlySpan<byte> lower, ref int known)
    {
        if (known > i)
            return known;
        for (known = i; text[known..].IndexOfAny(lower[0], (byte)(lower[0] & ~0x20)) is >= 0 and var n; known++)
        {
            known += n;
            if (Letters.IsWordAt(text, known, lower))
                return known;
        }
        return known = int.MaxValue;
    }
}
