using System.Buffers;
using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Rules;

/// <summary>User and password in a URL: <c>https://user:pw@host/</c>. A user without a password too: it is often a token.</summary>
sealed class UrlCredentialsRule : TextRule
{
    static readonly SearchValues<byte> s_end = SearchValues.Create("/?#\\\"'<> \t\r\n"u8);

    public override TextTraits NeedsAll => TextTraits.At | TextTraits.ColonSlash;

    public override void Find(ReadOnlySpan<byte> text, TextKind kind, int number, MatchList matches)
    {
        var i = 0;
        while (text[i..].IndexOf("://"u8) is >= 0 and var n)
        {
            i += n + 3;
            var authority = text[i..];
            if (authority.IndexOfAny(s_end) is >= 0 and var end)
                authority = authority[..end];
            if (authority.LastIndexOf((byte)'@') is > 0 and var at)
                matches.Add(i, i + at, number);
            i += authority.Length;
        }
    }
}
