using System.Text;
using Vitrine.DotNet.Runtime;
using Vitrine.Instruments;

namespace Vitrine.DotNet.Writing;

/// <summary><see cref="RuntimeFormat.Prometheus"/>.</summary>
static class PrometheusPage
{
    // Before the first field of each name: what it is. Empty for the others.
    static readonly byte[][] Headers = [.. RuntimeMetrics.Rows.Select(static (metric, i) =>
        i > 0 && RuntimeMetrics.Rows[i - 1].Name == metric.Name ? [] : Header(metric))];

    static readonly byte[][] Samples = [.. RuntimeMetrics.Rows.Select(static metric => Encoding.ASCII.GetBytes(SampleOf(metric)))];

    public static void Compose(in RuntimeSnapshot snapshot, PageBuffer page)
    {
        for (var i = 0; i < RuntimeSnapshot.FieldCount; i++)
        {
            page.Append(Headers[i]);
            var value = snapshot[(RuntimeField)i];
            if (value.TryGet(out var number))
            {
                page.Append(Samples[i]);
                page.Append(" "u8);
                page.AppendScaled(number, RuntimeMetrics.Rows[i].Exponent);
                page.Append("\n"u8);
                continue;
            }
            page.Append("# unknown: "u8);
            page.Append(Samples[i]);
            page.Append(": "u8);
            page.Append(value.Why.Text());
            page.Append("\n"u8);
        }
    }

    static byte[] Header(RuntimeMetric metric)
    {
        var name = NameOf(metric);
        var type = metric.Kind == MeasurementKind.Counter ? "counter" : "gauge";
        return Encoding.ASCII.GetBytes($"# HELP {name} {metric.Description}\n# TYPE {name} {type}\n");
    }

    static string SampleOf(RuntimeMetric metric) =>
        metric.Attribute is { } attribute ? $"{NameOf(metric)}{{{Underscored(attribute.Key)}=\"{attribute.Value}\"}}" : NameOf(metric);

    /// <summary>The name by OpenTelemetry's rules: underscores, the unit's word, <c>_total</c> for what only grows, <c>_ratio</c> for a gauge of the unit 1.</summary>
    static string NameOf(RuntimeMetric metric)
    {
        var unit = metric.Unit switch
        {
            "By" => "_bytes",
            "s" => "_seconds",
            "1" when metric.Kind == MeasurementKind.Gauge => "_ratio",
            _ => "",
        };
        return Underscored(metric.Name) + unit + (metric.Kind == MeasurementKind.Counter ? "_total" : "");
    }

    static string Underscored(string name) => name.Replace('.', '_');
}
