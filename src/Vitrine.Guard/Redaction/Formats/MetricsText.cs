using System.Buffers;
using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Formats;

/// <summary>Redacts metrics in the text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/) and OpenMetrics: the values of labels, and comments. Names and numbers stay.</summary>
static class MetricsText
{
    static readonly SearchValues<byte> s_number = SearchValues.Create("0123456789.+-eEinfINFaN \r\n"u8);

    public static bool IsMetrics(ReadOnlySpan<byte> text) => text.StartsWith("# HELP "u8) || text.StartsWith("# TYPE "u8) || text.StartsWith("# UNIT "u8);

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
        // A name has no colon before a blank, so a line that is not a metric is one of free text.
        var open = line.IndexOfAny((byte)'{', (byte)' ');
        if (line[0] == '#' || open < 0)
        {
            Text(redaction, line, output);
            return;
        }
        if (line[open] == ' ')
        {
            if (line[(open + 1)..].ContainsAnyExcept(s_number))
                Text(redaction, line, output);
            else
                output.Write(line);
            return;
        }
        // The labels, and behind them the numbers; an exemplar has labels of its own.
        while (open >= 0 && LabelsEnd(line, open + 1) is >= 0 and var close)
        {
            output.Write(line[..(open + 1)]);
            Text(redaction, line[(open + 1)..close], output);
            line = line[close..];
            open = line.IndexOf((byte)'{');
        }
        output.Write(line);
    }

    static void Text(TextRedaction redaction, ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        if (!redaction.Redact(text, TextKind.Lines, Escapes.Backslash, output, MaskEncoding.Json))
            output.Write(text);
    }

    static int LabelsEnd(ReadOnlySpan<byte> line, int i)
    {
        var isQuoted = false;
        for (; i < line.Length; i++)
        {
            if (line[i] == '\\')
                i++;
            else if (line[i] == '"')
                isQuoted = !isQuoted;
            else if (line[i] == '}' && !isQuoted)
                return i;
        }
        return -1;
    }
}
