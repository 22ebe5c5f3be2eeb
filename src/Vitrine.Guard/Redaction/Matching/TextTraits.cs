using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Vitrine.Guard.Redaction.Matching;

/// <summary>Which telling characters, and pairs of them, a text has. Nearly every name in a profile lacks what a rule needs, and is done with after one look at its bytes.</summary>
[Flags]
enum TextTraits : uint
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
    /// <summary><c>: </c></summary>
    ColonSpace = 1 << 16,
    /// <summary><c>:/</c></summary>
    ColonSlash = 1 << 17,
    /// <summary><c>yJ</c></summary>
    EyJ = 1 << 18,
    /// <summary>A digit and a dot.</summary>
    DigitDot = 1 << 19,
    /// <summary><c>be</c> or <c>ba</c>, in any case.</summary>
    SchemeStart = 1 << 20,
    /// <summary>A letter with which a word of SQL ends that begins a statement, and white space. A few other letters too.</summary>
    WordEnd = 1 << 21,
    /// <summary>A slash or a backslash, and <c>h</c> or <c>U</c>. A few other characters too.</summary>
    FolderStart = 1 << 22,
    /// <summary><c>--</c></summary>
    DoubleDash = 1 << 23,
}

/// <summary>Finds the <see cref="TextTraits"/> of a text, sixteen bytes at a time.</summary>
/// <remarks>
/// A byte is looked up twice, by its low and by its high half; it has the traits that both tables name. So each trait is a rectangle in the table of characters: one character, or a few that stand in a row, or a few that
/// come with others. Pairs are looked up once by their first and once by their second byte.
/// </remarks>
static class TextTraitsFinder
{
    static readonly Table s_first = new(c => (byte)Of(c));
    static readonly Table s_second = new(c => (byte)((int)Of(c) >> 8));
    static readonly Table s_pairFirst = new(PairFirst);
    static readonly Table s_pairSecond = new(PairSecond);

    /// <summary>Eight traits of every byte.</summary>
    readonly struct Table
    {
        readonly Vector128<byte> _low, _high;

        public Table(Func<char, byte> of)
        {
            var low = new byte[16];
            var high = new byte[16];
            for (var c = 0; c < 256; c++)
            {
                low[c & 15] |= of((char)c);
                high[c >> 4] |= of((char)c);
            }
            (_low, _high) = (Vector128.Create(low), Vector128.Create(high));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector128<byte> Of(Vector128<byte> low, Vector128<byte> high) => Vector128.Shuffle(_low, low) & Vector128.Shuffle(_high, high);
    }

    public static TextTraits Of(ReadOnlySpan<byte> text)
    {
        // One more than is looked at, for the second of the last pair.
        if (text.Length <= Vector128<byte>.Count)
            return OfShort(text);
        var (first, second, pairs) = (Vector128<byte>.Zero, Vector128<byte>.Zero, Vector128<byte>.Zero);
        ref readonly var start = ref text[0];
        var last = text.Length - Vector128<byte>.Count - 1;
        for (var i = 0; ; i = Math.Min(i + Vector128<byte>.Count, last))
        {
            var block = Vector128.LoadUnsafe(in start, (nuint)i);
            var (low, high) = (Low(block), High(block));
            first |= s_first.Of(low, high);
            second |= s_second.Of(low, high);
            var next = Vector128.LoadUnsafe(in start, (nuint)i + 1);
            pairs |= s_pairFirst.Of(low, high) & s_pairSecond.Of(Low(next), High(next));
            if (i == last)
                return (TextTraits)(uint)(Any(first) | Any(second) << 8 | Any(pairs) << 16) | Of((char)text[^1]);
        }
    }

    static TextTraits OfShort(ReadOnlySpan<byte> text)
    {
        // Zeros have no trait.
        Span<byte> padded = stackalloc byte[Vector128<byte>.Count + 1];
        padded.Clear();
        text.CopyTo(padded);
        return Of(padded);
    }

    static Vector128<byte> Low(Vector128<byte> block) => block & Vector128.Create((byte)0x0f);

    static Vector128<byte> High(Vector128<byte> block) => (block.AsUInt16() >>> 4).AsByte() & Vector128.Create((byte)0x0f);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Any(Vector128<byte> bits)
    {
        var halves = bits.AsUInt64();
        var all = halves[0] | halves[1];
        all |= all >> 32;
        all |= all >> 16;
        return (byte)(all | all >> 8);
    }

    static TextTraits Of(char c) => c switch
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

    static byte PairFirst(char c) => Pair(
        (TextTraits.ColonSpace | TextTraits.ColonSlash, c == ':'), (TextTraits.EyJ, c == 'y'), (TextTraits.DigitDot, char.IsAsciiDigit(c)), (TextTraits.SchemeStart, c is 'b' or 'B'),
        (TextTraits.WordEnd, (c | 0x20) is 't' or 'e' or 's' or 'g' or 'c' or 'l' or 'd'), (TextTraits.FolderStart, c is '/' or '\\'), (TextTraits.DoubleDash, c == '-'));

    static byte PairSecond(char c) => Pair(
        (TextTraits.ColonSpace, c == ' '), (TextTraits.ColonSlash, c == '/'), (TextTraits.EyJ, c == 'J'), (TextTraits.DigitDot, c == '.'), (TextTraits.SchemeStart, (c | 0x20) is 'e' or 'a'),
        (TextTraits.WordEnd, c is ' ' or '\t' or '\n' or '\r'), (TextTraits.FolderStart, c is 'h' or 'U'),
        (TextTraits.DoubleDash, c == '-'));

    static byte Pair(params ReadOnlySpan<(TextTraits Trait, bool Has)> traits)
    {
        var all = 0;
        foreach (var (trait, has) in traits)
            if (has)
                all |= (int)trait >> 16;
        return (byte)all;
    }
}
