using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Rules;

/// <summary>Private key blocks (RFC 7468 and OpenPGP), from the first line to the last; to the end of the text when that is missing.</summary>
sealed class PrivateKeyRule : TextRule
{
    const int LongestLabel = 64;

    public static ReadOnlySpan<byte> Begin => "-----BEGIN "u8;

    public static ReadOnlySpan<byte> End => "-----END "u8;

    public override TextTraits NeedsAll => TextTraits.Dash | TextTraits.Space;

    public override void Find(ReadOnlySpan<byte> text, TextKind kind, int number, MatchList matches)
    {
        var i = 0;
        while (text[i..].IndexOf(Begin) is >= 0 and var n)
        {
            var start = i + n;
            i = start + Begin.Length;
            if (!IsPrivate(text[i..]))
                continue;
            i = EndOf(text, i);
            matches.Add(start, i, number);
        }
    }

    /// <summary>Whether what follows the first words of a block is the name of a private key.</summary>
    public static bool IsPrivate(ReadOnlySpan<byte> label) => label[..Math.Min(label.Length, LongestLabel)].IndexOf("PRIVATE KEY"u8) >= 0;

    static int EndOf(ReadOnlySpan<byte> text, int i)
    {
        if (text[i..].IndexOf(End) is not (>= 0 and var n))
            return text.Length;
        i += n + End.Length;
        var label = text[i..Math.Min(text.Length, i + LongestLabel + 5)];
        return label.IndexOf("-----"u8) is >= 0 and var dashes ? i + dashes + 5 : i + label.Length;
    }
}
