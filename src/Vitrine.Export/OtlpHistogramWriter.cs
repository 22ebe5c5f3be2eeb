using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Vitrine.Export;

/// <summary>
/// Exponential histograms as OTLP/JSON, the body of a POST to <c>/v1/metrics</c> of any OpenTelemetry collector. In nanoseconds, so that powers of two
/// stay what they are.
/// Format: https://github.com/open-telemetry/opentelemetry-proto/blob/v1.3.2/opentelemetry/proto/metrics/v1/metrics.proto and
/// https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding.
/// </summary>
public static class OtlpHistogramWriter
{
    const int Cumulative = 2;

    static readonly JsonWriterOptions s_options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes one document with one metric.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="resource">Attributes of the process, such as <c>process.pid</c>.</param>
    /// <param name="version">Version of Vitrine.</param>
    /// <param name="name">Name of the metric.</param>
    /// <param name="description">One sentence.</param>
    /// <param name="from">When the look began.</param>
    /// <param name="to">When it ended.</param>
    /// <param name="series">The histograms.</param>
    public static void Write(
        Stream stream, IEnumerable<KeyValuePair<string, string>> resource, string version, string name, string description, DateTimeOffset from, DateTimeOffset to,
        IEnumerable<HistogramSeries> series)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(series);
        using (var json = new Utf8JsonWriter(stream, s_options))
        {
            json.WriteStartObject();
            json.WriteStartArray("resourceMetrics");
            json.WriteStartObject();
            json.WriteStartObject("resource");
            WriteAttributes(json, resource);
            json.WriteEndObject();
            json.WriteStartArray("scopeMetrics");
            json.WriteStartObject();
            json.WriteStartObject("scope");
            json.WriteString("name", "vitrine");
            json.WriteString("version", version);
            json.WriteEndObject();
            json.WriteStartArray("metrics");
            json.WriteStartObject();
            json.WriteString("name", name);
            json.WriteString("description", description);
            json.WriteString("unit", "ns");
            json.WriteStartObject("exponentialHistogram");
            json.WriteNumber("aggregationTemporality", Cumulative);
            json.WriteStartArray("dataPoints");
            foreach (var one in series)
                WritePoint(json, one, from, to);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
    }

    static void WritePoint(Utf8JsonWriter json, HistogramSeries series, DateTimeOffset from, DateTimeOffset to)
    {
        var buckets = ExponentialBuckets.From(series.Durations, series.Scaled);
        json.WriteStartObject();
        WriteAttributes(json, series.Attributes);
        WriteInteger(json, "startTimeUnixNano", UnixNano(from));
        WriteInteger(json, "timeUnixNano", UnixNano(to));
        WriteInteger(json, "count", buckets.ZeroCount + buckets.Counts.Sum());
        json.WriteNumber("sum", series.Durations.Sum * series.Scale);
        if (series.Durations.Count > 0)
        {
            json.WriteNumber("min", (double)series.Durations.Min);
            json.WriteNumber("max", (double)series.Durations.Max);
        }
        json.WriteNumber("scale", ExponentialBuckets.Scale);
        WriteInteger(json, "zeroCount", buckets.ZeroCount);
        json.WriteStartObject("positive");
        json.WriteNumber("offset", buckets.Offset);
        json.WriteStartArray("bucketCounts");
        foreach (var count in buckets.Counts)
            json.WriteStringValue(count.ToString(CultureInfo.InvariantCulture));
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void WriteAttributes(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, string>> attributes)
    {
        json.WriteStartArray("attributes");
        foreach (var (key, value) in attributes)
        {
            json.WriteStartObject();
            json.WriteString("key", key);
            json.WriteStartObject("value");
            json.WriteString("stringValue", value);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    // The JSON form of protobuf writes 64-bit integers as text.
    static void WriteInteger(Utf8JsonWriter json, string name, long value) => json.WriteString(name, value.ToString(CultureInfo.InvariantCulture));

    static long UnixNano(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * 100;
}
