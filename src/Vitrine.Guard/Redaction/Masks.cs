using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Text;
using System.Text.Json;

namespace Vitrine.Guard.Redaction;

/// <summary>How a mask is written where it goes.</summary>
enum MaskEncoding
{
    /// <summary>As it is.</summary>
    None,
    /// <summary>Inside a JSON string.</summary>
    Json,
    /// <summary>In the text or an attribute of XML or HTML.</summary>
    Markup,
    /// <summary>In a frame of folded stacks.</summary>
    Folded,
}

/// <summary>
/// What stands where something was: <c>‹email:3f2a91c0›</c>. The marks are outside ASCII, so that no rule takes a mask for anything else; the tag is the upper half of a keyed hash, so that the same text is known again
/// and nobody without the key can try texts until a tag fits.
/// </summary>
sealed class Masks(RedactionRules rules)
{
    const int TagLength = 8;
    const int Longest = 3 + 32 + 1 + TagLength + 3;

    static readonly SearchValues<byte> s_tag = SearchValues.Create("0123456789abcdef"u8);

    readonly SipHash _hash = new(rules.Key);
    readonly Mask[] _masks = [.. rules.All.Select(rule => new Mask(rule, rules.HasTags))];
    // A redacted profile that comes in again may carry masks of rules that are off by now.
    readonly byte[][] _shipped = [.. ShippedRules.All.Select(rule => Encoding.UTF8.GetBytes(rule.Name))];

    static ReadOnlySpan<byte> Open => "\u2039"u8;

    static ReadOnlySpan<byte> Close => "\u203a"u8;

    /// <summary>What the places of one rule become.</summary>
    sealed class Mask
    {
        readonly byte[][] _texts;

        public Mask(RedactionRule rule, bool hasTags)
        {
            Name = Encoding.UTF8.GetBytes(rule.Name);
            IsTagged = hasTags && rule.Style == MaskStyle.Tagged && rule.Replacement is null;
            var text = rule.Replacement ?? (rule.Style == MaskStyle.QuestionMark ? "?" : IsTagged ? $"\u2039{rule.Name}:" : $"\u2039{rule.Name}\u203a");
            _texts = [.. Enum.GetValues<MaskEncoding>().Select(encoding => Encoding.UTF8.GetBytes(rule.Replacement is null ? text : Encoded(text, encoding)))];
        }

        public byte[] Name { get; }

        /// <summary>Whether a tag and the closing mark follow the text.</summary>
        public bool IsTagged { get; }

        public byte[] Text(MaskEncoding encoding) => _texts[(int)encoding];
    }

    /// <summary>Writes what stands before a secret, and the mask in its place.</summary>
    public void Write(int rule, ReadOnlySpan<byte> before, ReadOnlySpan<byte> secret, IBufferWriter<byte> output, MaskEncoding encoding)
    {
        var mask = _masks[rule];
        var text = mask.Text(encoding);
        var length = before.Length + text.Length;
        var space = output.GetSpan(length + TagLength + Close.Length);
        before.CopyTo(space);
        text.CopyTo(space[before.Length..]);
        if (mask.IsTagged)
        {
            BinaryPrimitives.WriteUInt64BigEndian(space[length..], Digits((uint)(_hash.Of(secret) >> 32)));
            Close.CopyTo(space[(length + TagLength)..]);
            length += TagLength + Close.Length;
        }
        output.Advance(length);
    }

    /// <summary>The eight hexadecimal digits of a number, the first in the highest byte.</summary>
    static ulong Digits(ulong number)
    {
        // Each half byte into a byte of its own.
        number = (number | number << 16) & 0x0000_ffff_0000_ffff;
        number = (number | number << 8) & 0x00ff_00ff_00ff_00ff;
        number = (number | number << 4) & 0x0f0f_0f0f_0f0f_0f0f;
        var isLetter = (number + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
        return number + 0x3030_3030_3030_3030 + isLetter * ('a' - '0' - 10);
    }

    /// <summary>Whether <paramref name="text"/> is one mask and nothing else.</summary>
    public bool IsMask(ReadOnlySpan<byte> text) => text.Length <= Longest && text.StartsWith(Open) && LengthAt(text, 0) == text.Length;

    /// <summary>Whether a place lies inside a mask, or is one.</summary>
    public bool IsInMask(ReadOnlySpan<byte> text, int start, int end)
    {
        var from = Math.Max(0, start - Longest);
        var open = text[from..Math.Min(text.Length, start + 3)].LastIndexOf(Open);
        return open >= 0 && LengthAt(text, from + open) is > 0 and var length && from + open + length >= end;
    }

    int LengthAt(ReadOnlySpan<byte> text, int start)
    {
        var rest = text[(start + 3)..];
        rest = rest[..Math.Min(rest.Length, Longest - 3)];
        var close = rest.IndexOf(Close);
        if (close < 0)
            return 0;
        var name = rest[..close];
        if (name.Length > TagLength && name[^(TagLength + 1)] == ':' && !name[^TagLength..].ContainsAnyExcept(s_tag))
            name = name[..^(TagLength + 1)];
        foreach (var mask in _masks)
            if (name.SequenceEqual(mask.Name))
                return 3 + close + 3;
        return IsAny(_shipped, name) ? 3 + close + 3 : 0;
    }

    static bool IsAny(byte[][] names, ReadOnlySpan<byte> name)
    {
        foreach (var one in names)
            if (name.SequenceEqual(one))
                return true;
        return false;
    }

    static string Encoded(string replacement, MaskEncoding encoding) => encoding switch
    {
        MaskEncoding.Json => JsonEncodedText.Encode(replacement).ToString(),
        MaskEncoding.Markup => WebUtility.HtmlEncode(replacement),
        MaskEncoding.Folded => replacement.Replace(';', ',').ReplaceLineEndings(" "),
        _ => replacement,
    };
}
