using System.Buffers;
using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Rules;

/// <summary>E-mail addresses. Not the versions of Go modules (<c>net@v0.38.0</c>), which look like them.</summary>
sealed class EmailRule : TextRule
{
    const int LongestLocal = 256;
    const int LongestDomain = 255;

    static readonly byte[] s_letters = [.. "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"u8, .. Enumerable.Range(0x80, 0x80).Select(c => (byte)c)];
    static readonly SearchValues<byte> s_local = SearchValues.Create([.. s_letters, .. "_.+-%'!#$*~^"u8]);
    static readonly SearchValues<byte> s_domain = SearchValues.Create([.. s_letters, .. ".-"u8]);

    public override TextTraits NeedsAll => TextTraits.At | TextTraits.Dot;

    public override void Find(ReadOnlySpan<byte> text, TextKind kind, int number, MatchList matches)
    {
        var i = 0;
        while (text[i..].IndexOf((byte)'@') is >= 0 and var n)
        {
            var at = i + n;
            var end = DomainEnd(text, at + 1);
            if (end > at + 1 && LocalStart(text, i, at) is var start && start < at)
                matches.Add(start, end, number);
            i = Math.Max(at + 1, end);
        }
    }

    static int LocalStart(ReadOnlySpan<byte> text, int from, int at)
    {
        var i = at;
        var first = Math.Max(from, at - LongestLocal);
        // "first last"@… : the quote is part of it.
        if (i - 1 > first && text[i - 1] == '"' && text[first..(i - 1)].LastIndexOf((byte)'"') is >= 0 and var quote)
            return first + quote;
        i = first + text[first..at].LastIndexOfAnyExcept(s_local) + 1;
        // A letter beyond ASCII is whole or not at all, and the marks of a replacement are none.
        if (text[i..at].LastIndexOf("\u203a"u8) is >= 0 and var mark)
            i += mark + 3;
        while (i < at && (text[i] & 0xC0) == 0x80)
            i++;
        return i;
    }

    /// <summary>Where a domain ends that may have mail: names with dots, the last one of letters. The start when there is none.</summary>
    static int DomainEnd(ReadOnlySpan<byte> text, int start)
    {
        var rest = text[start..Math.Min(text.Length, start + LongestDomain)];
        var end = start + (rest.IndexOfAnyExcept(s_domain) is >= 0 and var n ? n : rest.Length);
        while (end > start && text[end - 1] is (byte)'.' or (byte)'-')
            end--;
        var domain = text[start..end];
        if (domain.IndexOf("\u2039"u8) is >= 0 and var mark)
            domain = domain[..mark].TrimEnd(".-"u8);
        var dot = domain.LastIndexOf((byte)'.');
        if (dot <= 0 || domain.Length - dot < 3 || domain[(dot + 1)..].ContainsAnyInRange((byte)'0', (byte)'9') && !domain[(dot + 1)..].StartsWith("xn--"u8) || IsVersion(domain))
            return start;
        return start + domain.Length;
    }

    // v1.2.3, but neither v8.dev nor v2.example.com
    static bool IsVersion(ReadOnlySpan<byte> domain)
    {
        if (domain[0] != 'v')
            return false;
        for (var part = 0; part < 3; part++)
        {
            domain = domain[1..];
            var digits = domain.IndexOfAnyExceptInRange((byte)'0', (byte)'9') is >= 0 and var n ? n : domain.Length;
            domain = domain[digits..];
            if (digits == 0 || part < 2 && (domain.IsEmpty || domain[0] != '.'))
                return false;
        }
        return true;
    }
}
