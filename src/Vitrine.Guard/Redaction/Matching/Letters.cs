using System.Buffers;

namespace Vitrine.Guard.Redaction.Matching;

/// <summary>Questions about bytes of UTF-8 text.</summary>
static class Letters
{
    public static readonly SearchValues<byte> Base64Url = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"u8);

    public static bool IsDigit(byte c) => (uint)(c - '0') <= 9;

    public static bool IsHex(byte c) => IsDigit(c) || (uint)((c | 0x20) - 'a') <= 5;

    public static bool IsLetter(byte c) => (uint)((c | 0x20) - 'a') <= 25;

    public static bool IsLetterOrDigit(byte c) => IsLetter(c) || IsDigit(c);

    /// <summary>A letter, a digit, an underscore, or part of a letter beyond ASCII.</summary>
    public static bool IsWord(byte c) => IsLetterOrDigit(c) || c == '_' || c >= 0x80;

    public static bool IsSpace(byte c) => c is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r';

    public static bool IsDigitAt(ReadOnlySpan<byte> text, int i) => (uint)i < (uint)text.Length && IsDigit(text[i]);

    public static bool IsLetterOrDigitAt(ReadOnlySpan<byte> text, int i) => (uint)i < (uint)text.Length && IsLetterOrDigit(text[i]);

    public static bool IsWordAt(ReadOnlySpan<byte> text, int i) => (uint)i < (uint)text.Length && IsWord(text[i]);

    /// <summary>The position behind the spaces and tabs at <paramref name="i"/>.</summary>
    public static int SkipBlanks(ReadOnlySpan<byte> text, int i, int most = int.MaxValue)
    {
        var end = (int)Math.Min((long)i + most, text.Length);
        while (i < end && text[i] is (byte)' ' or (byte)'\t')
            i++;
        return i;
    }

    /// <summary>Where the line of <paramref name="i"/> ends.</summary>
    public static int LineEnd(ReadOnlySpan<byte> text, int i) => text[i..].IndexOfAny((byte)'\n', (byte)'\r') is >= 0 and var n ? i + n : text.Length;

    /// <summary>Whether <paramref name="lower"/> stands at <paramref name="i"/>, in any case.</summary>
    public static bool IsAt(ReadOnlySpan<byte> text, int i, ReadOnlySpan<byte> lower) =>
        i >= 0 && i <= text.Length - lower.Length && System.Text.Ascii.EqualsIgnoreCase(text.Slice(i, lower.Length), lower);

    /// <summary>The same, as a word of its own.</summary>
    public static bool IsWordAt(ReadOnlySpan<byte> text, int i, ReadOnlySpan<byte> lower) => IsAt(text, i, lower) && !IsWordAt(text, i - 1) && !IsWordAt(text, i + lower.Length);
}
