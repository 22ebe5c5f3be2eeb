using System.Globalization;
using System.Text.Json;
using Vitrine.Go;
using Vitrine.Go.Probes.Latency;
using Vitrine.Instruments;

namespace Vitrine.Agent.Json;

/// <summary>Latencies as JSON. Quantiles of a function that was not called are null.</summary>
static class LatencyJson
{
    static readonly (string Field, double Share)[] s_quantiles = [("p50Ns", 0.5), ("p90Ns", 0.9), ("p95Ns", 0.95), ("p99Ns", 0.99), ("p999Ns", 0.999)];

    public static void Write(Stream stream, GoTarget target, LatencyResult result, LatencyOptions options) => JsonDocumentWriter.Write(stream, JsonSchema.Latency, json =>
    {
        json.WriteTarget(target);
        json.WriteOptional("by", options.By switch { LatencyGrouping.Caller => "caller", LatencyGrouping.Label => $"label:{options.LabelKey}", _ => null });
        json.WriteNumber("quantileRelativeError", LogLinearHistogram.RelativeError);
        json.WriteNumber("probeOverheadNs", LatencyLook.OverheadNs);
        json.WriteNumber("underWay", result.UnderWay);
        json.WriteNumber("cutByWindows", result.Cut);
        json.WriteStartArray("functions");
        foreach (var row in result.Functions)
            WriteRow(json, row, result, options);
        json.WriteEndArray();
        ProbeReportJson.Write(json, result.Report);
    });

    static void WriteRow(Utf8JsonWriter json, FunctionLatency row, LatencyResult result, LatencyOptions options)
    {
        var durations = row.Durations;
        json.WriteStartObject();
        json.WriteString("function", row.Function);
        if (options.By == LatencyGrouping.Caller)
            json.WriteOptional("caller", row.Group);
        if (options.By == LatencyGrouping.Label)
            json.WriteOptional("label", row.Group);
        json.WriteNumber("count", (long)Math.Round(durations.Count * result.Scale));
        json.WriteNumber("observed", durations.Count);
        json.WriteNumber("ratePerSecond", result.RateOf(row));
        foreach (var (field, share) in s_quantiles)
            json.WriteOptional(field, durations.Quantile(share).TryGet(out var value) ? (long)Math.Round(value) : null);
        json.WriteOptional("maxNs", durations.Count > 0 ? durations.Max : null);
        json.WriteOptional("minNs", durations.Count > 0 ? durations.Min : null);
        json.WriteNumber("totalNs", (long)Math.Round(durations.Sum * result.Scale));
        // On one line: pairs of a bucket's least value and its count.
        json.WritePropertyName("buckets");
        json.WriteRawValue($"[{string.Join(',', durations.Buckets.Select(static bucket => string.Create(CultureInfo.InvariantCulture, $"[{(long)LogLinearHistogram.LowerBound(bucket.Key)},{bucket.Value}]")))}]");
        json.WriteEndObject();
    }
}
