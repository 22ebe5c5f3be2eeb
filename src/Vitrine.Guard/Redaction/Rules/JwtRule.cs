using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Rules;

/// <summary>JSON web tokens (RFC 7519), signed or encrypted, and whatever else is the base64 of a JSON object: both begin with the code of <c>{"</c>. Also one that was cut off.</summary>
sealed class JwtRule : TextRule
{
    const int Shortest = 16;

    public override TextTraits NeedsAll => TextTraits.EyJ;

    public override void Find(ReadOnlySpan<byte> text, TextKind kind, int number, MatchList matches)
    {
        var i = 0;
        while (text[i..].IndexOf("eyJ"u8) is >= 0 and var n)
        {
            var start = i + n;
            var end = End(text, start);
            if (end - start >= Shortest && !Letters.IsLetterOrDigitAt(text, start - 1))
                matches.Add(start, end, number);
            i = Math.Max(end, start + 3);
        }
    }

    // Parts of base64url with dots between them; the last may be empty (an unsigned token).
    static int End(ReadOnlySpan<byte> text, int i)
    {
        while (true)
        {
            i = text[i..].IndexOfAnyExcept(Letters.Base64Url) is >= 0 and var n ? i + n : text.Length;
            if (i >= text.Length || text[i] != '.')
                break;
            i++;
        }
        while (i < text.Length && text[i] is (byte)'=' or (byte)'+' or (byte)'/')
            i = text[i..].IndexOfAnyExcept(Letters.Base64Url) is > 0 and var n ? i + n : i + 1;
        return i;
    }
}
