using System.Buffers;
using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Rules;

/// <summary>What is assigned to a name that says it is secret: <c>password=…</c>, <c>apiKey: "…"</c>, <c>Authorization: …</c>.</summary>
sealed class SecretRule : TextRule
{
    static readonly SearchValues<byte> s_signs = SearchValues.Create("=:"u8);
    static readonly SearchValues<byte> s_key = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.$"u8);
    static readonly SearchValues<byte> s_end = SearchValues.Create("&; \t\r\n\"'`<>"u8);

    static readonly SearchValues<byte> s_hex = SearchValues.Create("0123456789abcdef"u8);

    public override TextTraits NeedsAny => TextTraits.Equal | TextTraits.Colon | TextTraits.DoubleDash;

    public override void Find(ReadOnlySpan<byte> text, TextKind kind, int number, MatchList matches)
    {
        FindFlags(text, number, matches);
        var i = 0;
        while (text[i..].IndexOfAny(s_signs) is >= 0 and var n)
        {
            var sign = i + n;
            var from = i;
            i = SignEnd(text, sign);
            if (!SecretKeys.CanEndAt(text, sign))
                continue;
            if (text[sign] == ':' && i - sign > 1 && text[sign + 1] == ':') // C++ and Rust scopes
                continue;
            var key = Key(text, from, sign);
            if (!SecretKeys.IsSecret(key, isQuery: false) || IsMask(text, sign))
                continue;
            var (start, end) = Value(text, i, IsHeader(key));
            matches.Add(start, end, number);
            i = end;
        }
    }

    // "--password hunter2"
    static void FindFlags(ReadOnlySpan<byte> text, int number, MatchList matches)
    {
        var i = 0;
        while (text[i..].IndexOf("--"u8) is >= 0 and var n)
        {
            var name = i + n + 2;
            i = name + (text[name..Math.Min(text.Length, name + SecretKeys.Longest)].IndexOfAnyExcept(s_key) is >= 0 and var length ? length : 0);
            if (i == name || text[i] is not ((byte)' ' or (byte)'\t') || !SecretKeys.IsSecret(text[name..i], isQuery: false))
                continue;
            var (start, end) = Value(text, i, isHeader: false);
            if (IsFlag(text[start..end]) && text[start - 1] is (byte)' ' or (byte)'\t')
                continue;
            matches.Add(start, end, number);
            i = end;
        }
    }

    // The next flag, as after one without a value; or the dash alone that means standard input. With one dash a password may begin: rather a short flag goes with it.
    static bool IsFlag(ReadOnlySpan<byte> word) => word.StartsWith("--"u8) || word.SequenceEqual("-"u8);

    // "=", ":", ":=", "=>", "==" and "://", which is no assignment.
    static int SignEnd(ReadOnlySpan<byte> text, int sign)
    {
        var end = sign + 1;
        while (end < text.Length && end < sign + 3 && text[end] is (byte)'=' or (byte)':' or (byte)'>')
            end++;
        return end;
    }

    /// <summary>The name before a sign, without the quote that may close it.</summary>
    static ReadOnlySpan<byte> Key(ReadOnlySpan<byte> text, int from, int sign)
    {
        var end = sign;
        var first = Math.Max(from, sign - SecretKeys.Longest);
        while (end > first && sign - end < 6 && text[end - 1] is (byte)' ' or (byte)'"' or (byte)'\'' or (byte)'`' or (byte)'\\' or (byte)']' or (byte)'*')
            end--;
        var start = first + text[first..end].LastIndexOfAnyExcept(s_key) + 1;
        // A single space between two words: "api key: …"
        if (start - 1 > first && text[start - 1] == ' ' && Letters.IsLetter(text[start - 2]))
        {
            start--;
            while (start > first && Letters.IsLetterOrDigit(text[start - 1]))
                start--;
        }
        return text[start..end];
    }

    // "‹token:3f2a91c0›" is what a redaction left, not an assignment.
    static bool IsMask(ReadOnlySpan<byte> text, int sign) =>
        text[(sign + 1)..] is var tag && tag.Length >= 11 && tag[8..].StartsWith("\u203a"u8) && !tag[..8].ContainsAnyExcept(s_hex) && text[Math.Max(0, sign - SecretKeys.Longest)..sign].LastIndexOf("\u2039"u8) >= 0;

    static bool IsHeader(ReadOnlySpan<byte> key) => key[^1] is (byte)'n' or (byte)'N' or (byte)'e' or (byte)'E' && (Letters.IsAt(key, key.Length - 13, "authorization"u8) || Letters.IsAt(key, key.Length - 6, "cookie"u8));

    static (int Start, int End) Value(ReadOnlySpan<byte> text, int i, bool isHeader)
    {
        i = Letters.SkipBlanks(text, i, 16);
        if (i == text.Length || text[i..].StartsWith("//"u8))
            return (i, i);
        var isEscaped = text[i] == '\\' && i + 1 < text.Length;
        var quote = text[isEscaped ? i + 1 : i];
        if (quote is (byte)'"' or (byte)'\'' or (byte)'`')
        {
            var start = i + (isEscaped ? 2 : 1);
            // Three of them, as in Python and C#
            if (!isEscaped && start + 1 < text.Length && text[start] == quote && text[start + 1] == quote)
                start += 2;
            return (start, QuoteEnd(text, start, quote, isEscaped));
        }
        if (isHeader)
            return (i, text[i..].IndexOfAny("\"\r\n"u8) is >= 0 and var end ? i + end : text.Length);
        return (i, text[i..].IndexOfAny(s_end) is >= 0 and var n ? i + n : text.Length);
    }

    /// <summary>Where a quoted value ends: at its quote, or with its line. In a text that was itself quoted (<c>\"</c> opened it) a quote with at most one backslash ends it; else one with an even number.</summary>
    static int QuoteEnd(ReadOnlySpan<byte> text, int start, byte quote, bool isEscaped)
    {
        // Quote and end of line in one search: looking for the end of the line first would look through the rest of the text at every quote.
        for (var i = start; text[i..].IndexOfAny(quote, (byte)'\n', (byte)'\r') is >= 0 and var n; i++)
        {
            i += n;
            if (text[i] != quote)
                return i;
            var slashes = 0;
            while (i - slashes > start && text[i - slashes - 1] == '\\')
                slashes++;
            if (isEscaped ? slashes <= 1 : slashes % 2 == 0)
                return isEscaped ? i - slashes : i;
        }
        return text.Length;
    }
}
