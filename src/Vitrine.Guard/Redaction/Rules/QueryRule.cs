using System.Buffers;
using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Rules;

/// <summary>Secrets in the query of a URL or in a form: <c>?token=…&amp;x=1</c>.</summary>
sealed class QueryRule : TextRule
{
    static readonly SearchValues<byte> s_key = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.[]$%"u8);
    static readonly SearchValues<byte> s_end = SearchValues.Create("&# \t\r\n\"'<>"u8);

    public override TextTraits NeedsAll => TextTraits.Equal;

    public override void Find(ReadOnlySpan<byte> text, TextKind kind, int number, MatchList matches)
    {
        int i = 0, end = -1;
        while (text[i..].IndexOf((byte)'=') is >= 0 and var n)
        {
            var equal = i + n;
            var from = i;
            i = equal + 1;
            if (!SecretKeys.CanEndAt(text, equal))
                continue;
            var key = KeyStart(text, from, equal);
            if (!SecretKeys.IsSecret(text[key..equal], isQuery: true))
                continue;
            // Found once for all signs before it: a=a=a=… stays linear.
            if (end < i)
                end = text[i..].IndexOfAny(s_end) is >= 0 and var e ? i + e : text.Length;
            if (!IsInQuery(text, key, end))
                continue;
            // ";" separates in old queries and in connection strings; after "&" it is part of the value.
            var last = key > 0 && text[key - 1] == ';' && text[i..end].IndexOf((byte)';') is >= 0 and var semicolon ? i + semicolon : end;
            matches.Add(i, last, number);
            i = last;
        }
    }

    static int KeyStart(ReadOnlySpan<byte> text, int from, int equal)
    {
        var first = Math.Max(from, equal - SecretKeys.Longest);
        return first + text[first..equal].LastIndexOfAnyExcept(s_key) + 1;
    }

    // The first of a form has nothing before it: it is known by the one that follows.
    static bool IsInQuery(ReadOnlySpan<byte> text, int key, int end) =>
        key > 0 && text[key - 1] is (byte)'?' or (byte)'&' or (byte)';' or (byte)'#' || end < text.Length && text[end] == '&';
}
