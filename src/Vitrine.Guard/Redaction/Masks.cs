using System.Buffers;
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
    readonly byte[][] _names = [.. rules.All.Select(rule => Encoding.UTF8.GetBytes(rule.Name))];
    // A redacted profile that comes in again may carry masks of rules that are off by now.
    readonly byte[][] _shipped = [.. ShippedRules.All.Select(rule => Encoding.UTF8.GetBytes(rule.Name))];

    static ReadOnlySpan<byte> Open => "\u2039"u8;

    static ReadOnlySpan<byte> Close => "\u203a"u8;

    public void Write(int rule, ReadOnlySpan<byte> secret, IBufferWriter<byte> output, MaskEncoding encoding)
    {
        if (rules.All[rule].Replacement is { } replacement)
        {
            output.Write(Encoding.UTF8.GetBytes(Encoded(replacement, encoding)));
            return;
        }
        if (rules.All[rule].Style == MaskStyle.QuestionMark)
        {
            output.Write("?"u8);
            return;
        }
        var mask = output.GetSpan(Longest);
        var name = _names[rule];
        Open.CopyTo(mask);
        name.CopyTo(mask[3..]);
        var length = 3 + name.Length;
        if (rules.HasTags && rules.All[rule].Style == MaskStyle.Tagged)
        {
            mask[length++] = (byte)':';
            var tag = (uint)(_hash.Of(secret) >> 32);
            for (var digit = 0; digit < TagLength; digit++, tag <<= 4)
                mask[length++] = "0123456789abcdef"u8[(int)(tag >> 28)];
        }
        Close.CopyTo(mask[length..]);
        output.Advance(length + 3);
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
        return IsAny(_names, name) || IsAny(_shipped, name) ? 3 + close + 3 : 0;
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
