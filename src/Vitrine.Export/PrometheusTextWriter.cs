using System.Buffers;
using System.Text;

namespace Vitrine.Export;

/// <summary>Metrics in Prometheus's text format 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/. Names of metrics and labels are the program's own; values of labels and sentences may be anything.</summary>
public static class PrometheusTextWriter
{
    /// <summary>What it is sent as.</summary>
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>Writes metrics in the given order; those without a value as a comment with the reason.</summary>
    public static void Write(IBufferWriter<byte> output, IEnumerable<MetricFamily> families)
    {
        ArgumentNullException.ThrowIfNull(output);
        ArgumentNullException.ThrowIfNull(families);
        var text = new StringBuilder();
        foreach (var family in families)
        {
            text.Clear();
            Append(text, family);
            foreach (var chunk in text.GetChunks())
                Encoding.UTF8.GetBytes(chunk.Span, output);
        }
    }

    static void Append(StringBuilder text, MetricFamily family)
    {
        if (family.WhyUnknown.Length > 0)
        {
            // Two words with a meaning may stand behind the hash, HELP and TYPE: a name of a metric is neither.
            text.Append("# ").Append(family.Name).Append(" is not known: ").Append(Escaped(family.WhyUnknown, quotes: false)).Append('\n');
            return;
        }
        text.Append("# HELP ").Append(family.Name).Append(' ').Append(Escaped(family.Help, quotes: false)).Append('\n');
        text.Append("# TYPE ").Append(family.Name).Append(' ').Append(TypeOf(family.Type)).Append('\n');
        foreach (var sample in family.Samples)
        {
            text.Append(family.Name).Append(sample.Suffix);
            for (var i = 0; i < sample.Labels.Count; i++)
                text.Append(i == 0 ? '{' : ',').Append(sample.Labels[i].Key).Append("=\"").Append(Escaped(sample.Labels[i].Value, quotes: true)).Append('"');
            text.Append(sample.Labels.Count > 0 ? "} " : " ").Append(PrometheusNumber.Format(sample.Value)).Append('\n');
        }
    }

    static string TypeOf(MetricType type) => type switch
    {
        MetricType.Counter => "counter",
        MetricType.Histogram => "histogram",
        MetricType.Summary => "summary",
        _ => "gauge",
    };

    static string Escaped(string value, bool quotes)
    {
        if (value.AsSpan().IndexOfAny('\\', '\n', quotes ? '"' : '\n') < 0)
            return value;
        var text = new StringBuilder(value.Length + 8);
        foreach (var c in value)
            _ = c switch
            {
                '\\' => text.Append(@"\\"),
                '\n' => text.Append(@"\n"),
                '"' when quotes => text.Append("\\\""),
                _ => text.Append(c),
            };
        return text.ToString();
    }
}
