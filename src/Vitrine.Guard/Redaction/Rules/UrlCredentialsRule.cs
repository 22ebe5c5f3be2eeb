using System.Buffers;
using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Rules;

/// <summary>
/// User and password in a URL, <c>https://user:pw@host/</c>, and in what database drivers take in its place: <c>user:pw@tcp(host:3306)/db</c>, <c>jdbc:oracle:thin:user/pw@host</c>. A user without a password too: it is often
/// a token.
/// </summary>
sealed class UrlCredentialsRule : TextRule
{
    const int Longest = 256;

    static readonly SearchValues<byte> s_authorityEnd = SearchValues.Create("/?#\\\"'<> \t\r\n"u8);
    static readonly SearchValues<byte> s_end = SearchValues.Create("\"'`<> \t\r\n"u8);

    public override TextTraits NeedsAll => TextTraits.At | TextTraits.Colon;

    public override void Find(ReadOnlySpan<byte> text, TextKind kind, int number, MatchList matches)
    {
        FindInUrls(text, number, matches);
        FindBefore("@tcp("u8, text, number, matches);
        FindBefore("@unix("u8, text, number, matches);
        FindOracle(text, number, matches);
    }

    static void FindInUrls(ReadOnlySpan<byte> text, int number, MatchList matches)
    {
        var i = 0;
        while (text[i..].IndexOf("://"u8) is >= 0 and var n)
        {
            i += n + 3;
            var authority = Until(s_authorityEnd, text[i..]);
            var at = authority.LastIndexOf((byte)'@');
            var end = i + authority.Length;
            // http://user:p/w#x@host: what looks like a port is none, so it is the beginning of a password that ought to have been encoded.
            if (at < 0 && authority.LastIndexOf((byte)':') is > 0 and var colon && authority[^1] != ']' && authority[(colon + 1)..].ContainsAnyExceptInRange((byte)'0', (byte)'9'))
                at = Until(s_end, text[i..Math.Min(text.Length, i + Longest)]).LastIndexOf((byte)'@');
            if (at > 0)
                matches.Add(i, i + at, number);
            i = Math.Max(end, i + at);
        }
    }

    static void FindBefore(ReadOnlySpan<byte> marker, ReadOnlySpan<byte> text, int number, MatchList matches)
    {
        var i = 0;
        while (text[i..].IndexOf(marker) is >= 0 and var n)
        {
            var at = i + n;
            // As far back as there is no end: no further than the place of before, so that nothing is looked at twice.
            matches.Add(i + text[i..at].LastIndexOfAny(s_end) + 1, at, number);
            i = at + marker.Length;
        }
    }

    static void FindOracle(ReadOnlySpan<byte> text, int number, MatchList matches)
    {
        var marker = "jdbc:oracle:"u8;
        var i = 0;
        while (text[i..].IndexOf(marker) is >= 0 and var n)
        {
            i += n + marker.Length;
            var rest = Until(s_end, text[i..Math.Min(text.Length, i + Longest)]);
            if (rest.IndexOf((byte)':') is >= 0 and var driver && rest.LastIndexOf((byte)'@') is var at && at > driver + 1)
                matches.Add(i + driver + 1, i + at, number);
            i += rest.Length;
        }
    }

    static ReadOnlySpan<byte> Until(SearchValues<byte> ends, ReadOnlySpan<byte> text) => text.IndexOfAny(ends) is >= 0 and var end ? text[..end] : text;
}
