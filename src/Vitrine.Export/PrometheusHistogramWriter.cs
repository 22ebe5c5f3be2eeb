using System.Globalization;
using System.Text;

namespace Vitrine.Export;

/// <summary>
/// Classic Prometheus histograms in the text format, in seconds. The bounds are the powers of two from 256 ns to 68.7 s: each of them is a bound of the
/// source, so no count had to be split or guessed.
/// Format: https://prometheus.io/docs/instrumenting/exposition_formats/.
/// </summary>
public static class PrometheusHistogramWriter
{
    const int FirstPower = 8, LastPower = 36;

    /// <summary>The bounds, in nanoseconds.</summary>
    public static IReadOnlyList<double> BoundsNs { get; } = [.. Enumerable.Range(FirstPower, LastPower - FirstPower + 1).Select(power => Math.ScaleB(1, power))];

    /// <summary>Writes one metric with all its series.</summary>
    /// <param name="writer">Where to; lines end with a line feed.</param>
    /// <param name="name">Name of the metric, which ends in <c>_seconds</c>.</param>
    /// <param name="help">One sentence.</param>
    /// <param name="series">The histograms.</param>
    public static void Write(TextWriter writer, string name, string help, IEnumerable<HistogramSeries> series)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(series);
        writer.Write($"# HELP {name} {help.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal)}\n# TYPE {name} histogram\n");
        foreach (var one in series)
        {
            // Scaled counts are rounded; a bound never counts less than the one before it.
            foreach (var bound in BoundsNs)
                Line(writer, $"{name}_bucket", one.Attributes, Seconds(bound), one.Scaled(one.Durations.CountBelow(bound)));
            Line(writer, $"{name}_bucket", one.Attributes, "+Inf", one.Scaled(one.Durations.Count));
            Line(writer, $"{name}_sum", one.Attributes, null, one.Durations.Sum * one.Scale / 1e9);
            Line(writer, $"{name}_count", one.Attributes, null, one.Scaled(one.Durations.Count));
        }
    }

    /// <summary>Writes a single number as a gauge.</summary>
    public static void WriteGauge(TextWriter writer, string name, string help, IReadOnlyList<KeyValuePair<string, string>> attributes, double value)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.Write($"# HELP {name} {help}\n# TYPE {name} gauge\n");
        Line(writer, name, attributes, null, value);
    }

    static void Line(TextWriter writer, string name, IReadOnlyList<KeyValuePair<string, string>> attributes, string? bound, double value)
    {
        var labels = attributes.Select(attribute => $"{attribute.Key}=\"{Escaped(attribute.Value)}\"");
        var all = string.Join(',', bound is null ? labels : labels.Append($"le=\"{bound}\""));
        writer.Write(all.Length == 0 ? name : $"{name}{{{all}}}");
        writer.Write($" {Number(value)}\n");
    }

    static string Seconds(double nanoseconds) => Number(nanoseconds / 1e9);

    static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture).Replace('E', 'e');

    static string Escaped(string value)
    {
        var text = new StringBuilder(value.Length);
        foreach (var c in value)
            text.Append(c switch { '\\' => @"\\", '"' => "\\\"", '\n' => @"\n", _ => c.ToString() });
        return text.ToString();
    }
}
