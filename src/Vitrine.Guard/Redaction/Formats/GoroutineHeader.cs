using System.Buffers;
using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Formats;

/// <summary>
/// The labels in the header of a goroutine in Go's tracebacks and <c>debug=2</c>: <c>goroutine 7 [chan receive] {tenant: acme, "user name": "a b"}:</c> since Go 1.27,
/// <c>goroutine 7 [chan receive labels:{"tenant": "acme"}]:</c> in Go 1.26 with GODEBUG=tracebacklabels=1
/// (https://github.com/golang/go/blob/go1.26.0/src/runtime/traceback.go, goroutineheader; print.go, printquoted). They go by the policy of labels, as those of <c>debug=1</c> do.
/// </summary>
static class GoroutineHeader
{
    // What the runtime writes without quotes.
    static readonly SearchValues<byte> s_plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789./_"u8);
    static readonly SearchValues<byte> s_stringEnd = SearchValues.Create("\"\\"u8);

    static ReadOnlySpan<byte> Beginning => "goroutine "u8;

    /// <summary>Finds the next header with labels.</summary>
    /// <param name="text">Whole lines.</param>
    /// <param name="labels">What stands between its braces.</param>
    public static bool TryFind(ReadOnlySpan<byte> text, out Range labels)
    {
        for (var i = 0; i < text.Length;)
        {
            if (text[i..].IndexOf(Beginning) is not (>= 0 and var next))
                break;
            i += next;
            var end = Letters.LineEnd(text, i);
            if ((i == 0 || text[i - 1] == '\n') && Labels(text[i..end]) is { } found)
            {
                labels = (i + found.Start.Value)..(i + found.End.Value);
                return true;
            }
            i = end;
        }
        labels = default;
        return false;
    }

    static Range? Labels(ReadOnlySpan<byte> line)
    {
        var isInside = line.EndsWith("}]:"u8);
        if (!isInside && !line.EndsWith("}:"u8))
            return null;
        // Nothing before them has a brace: a number, and what the runtime says of the goroutine.
        var opening = line.IndexOf((byte)'{');
        return opening > 0 && line[..opening].Contains((byte)'[') ? (opening + 1)..(line.Length - (isInside ? 3 : 2)) : null;
    }

    /// <summary>Writes labels without what must not leave. What is not written as the runtime writes them goes whole.</summary>
    public static void Redact(TextRedaction redaction, ReadOnlySpan<byte> labels, IBufferWriter<byte> output)
    {
        while (!labels.IsEmpty)
        {
            var key = Token(labels);
            var value = key < 0 || !labels[key..].StartsWith(": "u8) ? -1 : Token(labels[(key + 2)..]);
            var rest = value < 0 ? default : labels[(key + 2 + value)..];
            if (value < 0 || (!rest.IsEmpty && !rest.StartsWith(", "u8)))
            {
                Value(redaction, default, labels, output);
                return;
            }
            Text(redaction, labels[..key], output);
            output.Write(": "u8);
            Value(redaction, Bare(labels[..key]), labels.Slice(key + 2, value), output);
            if (!rest.IsEmpty)
            {
                output.Write(", "u8);
                rest = rest[2..];
            }
            labels = rest;
        }
    }

    /// <summary>The length of the key or the value at the beginning; negative when it does not end.</summary>
    static int Token(ReadOnlySpan<byte> text)
    {
        if (!text.StartsWith("\""u8))
            return text.IndexOfAnyExcept(s_plain) is >= 0 and var end ? end : text.Length;
        for (var i = 1; i < text.Length && text[i..].IndexOfAny(s_stringEnd) is >= 0 and var n; i += 2)
        {
            i += n;
            if (text[i] == '"')
                return i + 1;
        }
        return -1;
    }

    // What is not written as the runtime writes it may begin with a quote that nothing closes, or be that quote alone.
    static ReadOnlySpan<byte> Bare(ReadOnlySpan<byte> token) => token.Length >= 2 && token[0] == '"' && token[^1] == '"' ? token[1..^1] : token;

    static void Value(TextRedaction redaction, ReadOnlySpan<byte> key, ReadOnlySpan<byte> token, IBufferWriter<byte> output)
    {
        using var name = new DecodedView(key, Escapes.Backslash);
        if (redaction.RuleOfKey(name.Text, isLabel: true) is not (>= 0 and var rule))
        {
            Text(redaction, token, output);
            return;
        }
        using var text = new DecodedView(Bare(token), Escapes.Backslash);
        var masked = new ArrayBufferWriter<byte>(64);
        Write(token, redaction.Cover(text.Text, rule, masked, MaskEncoding.Json), masked.WrittenSpan, output);
    }

    static void Text(TextRedaction redaction, ReadOnlySpan<byte> token, IBufferWriter<byte> output)
    {
        var redacted = new ArrayBufferWriter<byte>(64);
        Write(token, redaction.Redact(Bare(token), TextKind.Text, Escapes.Backslash, redacted, MaskEncoding.Json), redacted.WrittenSpan, output);
    }

    // A mask has letters that the runtime would put into quotes.
    static void Write(ReadOnlySpan<byte> token, bool isChanged, ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        if (!isChanged)
        {
            output.Write(token);
            return;
        }
        output.Write("\""u8);
        output.Write(text);
        output.Write("\""u8);
    }
}
