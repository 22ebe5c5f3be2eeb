using System.Text;
using Vitrine.DotNet.Runtime;
using Vitrine.Instruments;

namespace Vitrine.DotNet.Writing;

/// <summary><see cref="RuntimeFormat.Prometheus"/> and <see cref="RuntimeFormat.OpenMetrics"/>, which differ in their heads, in comments and in their end.</summary>
static class PrometheusPage
{
    // Before the first field of each name: what it is. Empty for the others.
    static readonly byte[][] Headers = HeadersOf(Header);
    static readonly byte[][] OpenHeaders = HeadersOf(OpenHeader);

    static readonly byte[][] Samples = [.. RuntimeMetrics.Rows.Select(static metric => Encoding.ASCII.GetBytes(SampleOf(metric)))];

    public static void Compose(in RuntimeSnapshot snapshot, PageBuffer page)
    {
        for (var i = 0; i < RuntimeSnapshot.FieldCount; i++)
        {
            page.Append(Headers[i]);
            var value = snapshot[(RuntimeField)i];
            if (value.TryGet(out var number))
            {
                AppendSample(page, i, number);
                continue;
            }
            page.Append("# unknown: "u8);
            page.Append(Samples[i]);
            page.Append(": "u8);
            page.Append(value.Why.Text());
            page.Append("\n"u8);
        }
    }

    // OpenMetrics has no comments: what is unknown is not there.
    public static void ComposeOpen(in RuntimeSnapshot snapshot, PageBuffer page)
    {
        for (var i = 0; i < RuntimeSnapshot.FieldCount; i++)
        {
            page.Append(OpenHeaders[i]);
            if (snapshot[(RuntimeField)i].TryGet(out var number)) AppendSample(page, i, number);
        }
        page.Append("# EOF\n"u8);
    }

    static void AppendSample(PageBuffer page, int field, long number)
    {
        page.Append(Samples[field]);
        page.Append(" "u8);
        page.AppendScaled(number, RuntimeMetrics.Rows[field].Exponent);
        page.Append("\n"u8);
    }

    static byte[][] HeadersOf(Func<RuntimeMetric, string> header) => [.. RuntimeMetrics.Rows.Select((metric, i) =>
        i > 0 && RuntimeMetrics.Rows[i - 1].Name == metric.Name ? [] : Encoding.ASCII.GetBytes(header(metric)))];

    static string Header(RuntimeMetric metric)
    {
        var name = FamilyOf(metric) + TotalOf(metric);
        return $"# HELP {name} {metric.Description}\n# TYPE {name} {TypeOf(metric)}\n";
    }

    // There a counter's family has the name without "_total", and the unit is said.
    static string OpenHeader(RuntimeMetric metric)
    {
        var family = FamilyOf(metric);
        var unit = UnitOf(metric) is { Length: > 0 } suffix ? $"# UNIT {family} {suffix[1..]}\n" : "";
        return $"# TYPE {family} {TypeOf(metric)}\n{unit}# HELP {family} {metric.Description}\n";
    }

    static string TypeOf(RuntimeMetric metric) => metric.Kind == MeasurementKind.Counter ? "counter" : "gauge";

    static string SampleOf(RuntimeMetric metric)
    {
        var name = FamilyOf(metric) + TotalOf(metric);
        return metric.Attribute is { } attribute ? $"{name}{{{Underscored(attribute.Key)}=\"{attribute.Value}\"}}" : name;
    }

    /// <summary>The name by OpenTelemetry's rules: underscores, the unit's word, and for samples <c>_total</c> for what only grows.</summary>
    static string FamilyOf(RuntimeMetric metric) => Underscored(metric.Name) + UnitOf(metric);

    static string UnitOf(RuntimeMetric metric) => metric.Unit switch
    {
        "By" => "_bytes",
        "s" => "_seconds",
        "1" when metric.Kind == MeasurementKind.Gauge => "_ratio",
        _ => "",
    };

    static string TotalOf(RuntimeMetric metric) => metric.Kind == MeasurementKind.Counter ? "_total" : "";

    static string Underscored(string name) => name.Replace('.', '_');
}
