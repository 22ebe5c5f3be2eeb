using System.Text;
using System.Text.Json;
using Vitrine.DotNet.Runtime;

namespace Vitrine.DotNet.Writing;

/// <summary><see cref="RuntimeFormat.Json"/>.</summary>
static class JsonPage
{
    static readonly byte[][] Prefixes = [.. RuntimeMetrics.Rows.Select(Prefix)];

    public static void Compose(in RuntimeSnapshot snapshot, PageBuffer page)
    {
        page.Append("{\"captured_at\":\""u8);
        page.Append(snapshot.CapturedAt);
        page.Append("\",\"metrics\":["u8);
        for (var i = 0; i < RuntimeSnapshot.FieldCount; i++)
        {
            page.Append(i == 0 ? "\n"u8 : ",\n"u8);
            page.Append(Prefixes[i]);
            var value = snapshot[(RuntimeField)i];
            if (value.TryGet(out var number))
            {
                page.AppendScaled(number, RuntimeMetrics.Rows[i].Exponent);
                page.Append("}"u8);
                continue;
            }
            page.Append("null,\"unknown\":\""u8);
            page.Append(value.Why.Text());
            page.Append("\"}"u8);
        }
        page.Append("\n]}\n"u8);
    }

    static byte[] Prefix(RuntimeMetric metric)
    {
        var attributes = metric.Attribute is { } attribute ? $"\"{Escape(attribute.Key)}\":\"{Escape(attribute.Value)}\"" : "";
        return Encoding.ASCII.GetBytes(
            $"{{\"name\":\"{Escape(metric.Name)}\",\"unit\":\"{Escape(metric.Unit)}\",\"kind\":\"{KindOf(metric)}\",\"attributes\":{{{attributes}}},\"value\":");
    }

    static string KindOf(RuntimeMetric metric) => metric.Kind switch
    {
        Vitrine.Instruments.MeasurementKind.Counter => "counter",
        Vitrine.Instruments.MeasurementKind.UpDownCounter => "updowncounter",
        _ => "gauge",
    };

    static string Escape(string text) => JsonEncodedText.Encode(text).ToString();
}
