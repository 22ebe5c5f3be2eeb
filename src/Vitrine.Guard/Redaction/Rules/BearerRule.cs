using System.Buffers;
using System.Buffers.Text;
using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Rules;

/// <summary>Values of the schemes <c>Bearer</c> and <c>Basic</c> (RFC 6750, RFC 7617), with or without the header's name before them.</summary>
sealed class BearerRule : TextRule
{
    const int Shortest = 8;
    const int LongEnough = 20;

    static readonly SearchValues<byte> s_value = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/="u8);
    static readonly SearchValues<byte> s_initials = SearchValues.Create("bB"u8);

    public override TextTraits NeedsAll => TextTraits.SchemeStart;

    public override TextTraits NeedsAny => TextTraits.Space | TextTraits.Control;

    public override void Find(ReadOnlySpan<byte> text, TextKind kind, int number, MatchList matches)
    {
        var i = 0;
        while (text[i..].IndexOfAny(s_initials) is >= 0 and var n)
        {
            var at = i + n;
            i = at + 1;
            // Hexadecimal numbers and names are full of them.
            if (i == text.Length || (text[i] | 0x20) is not ('e' or 'a') || Letters.IsWordAt(text, at - 1))
                continue;
            var isBearer = Letters.IsWordAt(text, at, "bearer"u8);
            if (!isBearer && !Letters.IsWordAt(text, at, "basic"u8))
                continue;
            var scheme = at + (isBearer ? 6 : 5);
            var start = Letters.SkipBlanks(text, scheme, 16);
            if (start == scheme)
                continue;
            var length = text[start..].IndexOfAnyExcept(s_value) is >= 0 and var l ? l : text.Length - start;
            var value = text.Slice(start, length);
            if (isBearer ? IsToken(value) : IsUserAndPassword(value))
                matches.Add(start, start + length, number);
            i = start + length;
        }
    }

    // "bearer authentication" is not a token: a short one has more than small letters.
    static bool IsToken(ReadOnlySpan<byte> value) => value.Length >= LongEnough || value.Length >= Shortest && value.ContainsAnyExceptInRange((byte)'a', (byte)'z');

    /// <summary>Whether it decodes to something with a colon: "basic understanding" does not.</summary>
    static bool IsUserAndPassword(ReadOnlySpan<byte> value)
    {
        if (value.Length < 4)
            return false;
        // The start is enough, in whole groups of four.
        Span<byte> start = stackalloc byte[LongEnough * 12];
        var decoded = start;
        value = value.TrimEnd((byte)'=');
        for (var at = 0; at < value.Length; at += start.Length)
        {
            var piece = value.Slice(at, Math.Min(start.Length, value.Length - at));
            if (piece.Length % 4 == 1)
                piece = piece[..^1];
            if (!Decodes(piece, decoded, out var length))
                return false;
            if (decoded[..length].Contains((byte)':'))
                return true;
        }
        return false;
    }

    static bool Decodes(ReadOnlySpan<byte> piece, Span<byte> decoded, out int length)
    {
        Span<byte> padded = stackalloc byte[LongEnough * 12 + 4];
        piece.CopyTo(padded);
        var size = piece.Length;
        while (size % 4 != 0)
            padded[size++] = (byte)'=';
        return Base64.DecodeFromUtf8(padded[..size], decoded, out _, out length) == OperationStatus.Done;
    }
}
