using System.Buffers;
using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Formats;

/// <summary>Redacts folded stacks: each frame by itself, the count at the end of the line not at all.</summary>
static class FoldedText
{
    static readonly SearchValues<byte> s_number = SearchValues.Create("0123456789.+-eE"u8);

    /// <summary>Whether the first line is frames with semicolons between them, and a number.</summary>
    public static bool IsFolded(ReadOnlySpan<byte> text)
    {
        var line = text[..Letters.LineEnd(text, 0)];
        return line.Contains((byte)';') && CountStart(line) is > 0 and var space && space + 1 < line.Length;
    }

    public static void Redact(TextRedaction redaction, ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        while (!text.IsEmpty)
        {
            var end = text.IndexOf((byte)'\n') is >= 0 and var n ? n + 1 : text.Length;
            Line(redaction, text[..end], output);
            text = text[end..];
        }
    }

    static void Line(TextRedaction redaction, ReadOnlySpan<byte> line, IBufferWriter<byte> output)
    {
        var count = CountStart(line.TrimEnd("\r\n"u8));
        var stack = count < 0 ? line : line[..count];
        while (!stack.IsEmpty)
        {
            var end = stack.IndexOf((byte)';') is >= 0 and var n ? n : stack.Length;
            if (!redaction.Redact(stack[..end], TextKind.Symbol, output, MaskEncoding.Folded))
                output.Write(stack[..end]);
            if (end < stack.Length)
                output.Write(";"u8);
            stack = stack[Math.Min(stack.Length, end + 1)..];
        }
        if (count >= 0)
            output.Write(line[count..]);
    }

    /// <summary>Where the space before the count stands; negative without a count.</summary>
    static int CountStart(ReadOnlySpan<byte> line)
    {
        var space = line.LastIndexOf((byte)' ');
        return space >= 0 && space + 1 < line.Length && !line[(space + 1)..].ContainsAnyExcept(s_number) ? space : -1;
    }
}
