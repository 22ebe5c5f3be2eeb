using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Vitrine.Guard.Redaction.Matching;

/// <summary>Which telling characters a text has. Nearly every name in a profile lacks what a rule needs, and is done with after one look at its bytes.</summary>
[Flags]
enum TextTraits : ushort
{
    None = 0,
    /// <summary><c>@</c></summary>
    At = 1 << 0,
    /// <summary><c>=</c></summary>
    Equal = 1 << 1,
    /// <summary><c>:</c></summary>
    Colon = 1 << 2,
    /// <summary>A decimal digit.</summary>
    Digit = 1 << 3,
    /// <summary><c>%</c></summary>
    Percent = 1 << 4,
    /// <summary>A space.</summary>
    Space = 1 << 5,
    /// <summary><c>\</c></summary>
    Backslash = 1 << 6,
    /// <summary><c>I</c> or <c>J</c>: each of the shapes without punctuation has one (AKIA…, AIza…, eyJ…).</summary>
    LetterIOrJ = 1 << 7,
    /// <summary><c>/</c></summary>
    Slash = 1 << 8,
    /// <summary><c>.</c></summary>
    Dot = 1 << 9,
    /// <summary><c>_</c></summary>
    Underscore = 1 << 10,
    /// <summary><c>-</c></summary>
    Dash = 1 << 11,
    /// <summary>A tab, a line feed or a carriage return.</summary>
    Control = 1 << 12,
    /// <summary>A byte that begins U+2000 … U+2FFF in UTF-8, as the marks of a replacement do.</summary>
    Mark = 1 << 13,
}

/// <summary>Finds the <see cref="TextTraits"/> of a text, sixteen bytes at a time.</summary>
/// <remarks>
/// A byte is looked up twice, by its low and by its high half; it has the traits that both tables name. So each trait is a rectangle in the table of characters: one character, or a few that stand in a row.
/// </remarks>
static class TextTraitsFinder
{
    static readonly (Vector128<byte> Low, Vector128<byte> High) s_first = Tables(0);
    static readonly (Vector128<byte> Low, Vector128<byte> High) s_second = Tables(8);

    public static TextTraits Of(ReadOnlySpan<byte> text)
    {
        if (text.Length < Vector128<byte>.Count)
            return OfShort(text);
        var first = Vector128<byte>.Zero;
        var second = Vector128<byte>.Zero;
        ref readonly var start = ref text[0];
        var last = text.Length - Vector128<byte>.Count;
        for (var i = 0; ; i = Math.Min(i + Vector128<byte>.Count, last))
        {
            var block = Vector128.LoadUnsafe(in start, (nuint)i);
            var low = block & Vector128.Create((byte)0x0f);
            var high = (block.AsUInt16() >>> 4).AsByte() & Vector128.Create((byte)0x0f);
            first |= Vector128.Shuffle(s_first.Low, low) & Vector128.Shuffle(s_first.High, high);
            second |= Vector128.Shuffle(s_second.Low, low) & Vector128.Shuffle(s_second.High, high);
            if (i == last)
                return (TextTraits)(Any(first) | Any(second) << 8);
        }
    }

    static TextTraits OfShort(ReadOnlySpan<byte> text)
    {
        // Zeros have no trait.
        Span<byte> padded = stackalloc byte[Vector128<byte>.Count];
        padded.Clear();
        text.CopyTo(padded);
        return Of(padded);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Any(Vector128<byte> bits)
    {
        var halves = bits.AsUInt64();
        var all = halves[0] | halves[1];
        all |= all >> 32;
        all |= all >> 16;
        return (byte)(all | all >> 8);
    }

    static (Vector128<byte> Low, Vector128<byte> High) Tables(int shift)
    {
        var low = new byte[16];
        var high = new byte[16];
        for (var c = 0; c < 256; c++)
        {
            var traits = (byte)((int)Of((byte)c) >> shift);
            low[c & 15] |= traits;
            high[c >> 4] |= traits;
        }
        return (Vector128.Create(low), Vector128.Create(high));
    }

    static TextTraits Of(byte c) => (char)c switch
    {
        '@' => TextTraits.At,
        '=' => TextTraits.Equal,
        ':' => TextTraits.Colon,
        >= '0' and <= '9' => TextTraits.Digit,
        '%' => TextTraits.Percent,
        ' ' => TextTraits.Space,
        '\\' => TextTraits.Backslash,
        'I' or 'J' => TextTraits.LetterIOrJ,
        '/' => TextTraits.Slash,
        '.' => TextTraits.Dot,
        '_' => TextTraits.Underscore,
        '-' => TextTraits.Dash,
        '\t' or '\n' or '\r' => TextTraits.Control,
        (char)0xE2 => TextTraits.Mark,
        _ => TextTraits.None,
    };
}
