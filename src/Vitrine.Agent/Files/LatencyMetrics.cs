using System.Globalization;
using Vitrine.Agent.CommandLine;
using Vitrine.Export;
using Vitrine.Go;
using Vitrine.Go.Probes.Latency;

namespace Vitrine.Agent.Files;

/// <summary>Latencies for monitoring systems: Prometheus text and OTLP/JSON.</summary>
static class LatencyMetrics
{
    const string Help = "Duration of calls of Go functions, measured from outside by vitrine.";

    public static void WritePrometheus(TextWriter writer, GoTarget target, LatencyResult result, LatencyOptions options)
    {
        var process = new KeyValuePair<string, string>[] { new("process", target.Name), new("pid", Text(target.Pid)) };
        PrometheusHistogramWriter.Write(writer, "go_function_duration_seconds", Help, Series(result, options, process));
        PrometheusHistogramWriter.WriteGauge(
            writer, "vitrine_watched_ratio", "Share of the time in which the probes were in place; below 1 the counts above are estimates.", process, 1 / result.Scale);
        PrometheusHistogramWriter.WriteGauge(writer, "vitrine_lost_events", "Events that are in no histogram.", process, result.Report.Lost.Total);
        foreach (var absent in result.Report.Absent)
            writer.Write($"# absent: {Show.Terminal.Safe(absent.Function)}: {Show.Terminal.Safe(absent.Reason)}\n");
    }

    public static void WriteOtlp(Stream stream, GoTarget target, LatencyResult result, LatencyOptions options, DateTimeOffset from, DateTimeOffset to)
    {
        var resource = new KeyValuePair<string, string>[]
        {
            new("service.name", target.Name), new("process.pid", Text(target.Pid)), new("process.runtime.name", "go"), new("process.runtime.version", target.RuntimeVersion),
        };
        OtlpHistogramWriter.Write(stream, resource, ProductVersion.Text, "go.function.duration", Help, from, to, Series(result, options, []));
    }

    static IEnumerable<HistogramSeries> Series(LatencyResult result, LatencyOptions options, KeyValuePair<string, string>[] process) => result.Functions.Select(row =>
    {
        var attributes = new List<KeyValuePair<string, string>>(process) { new("function", row.Function) };
        if (options.By != LatencyGrouping.None)
            attributes.Add(new(options.By == LatencyGrouping.Caller ? "caller" : "label", row.Group ?? ""));
        return new HistogramSeries(attributes, row.Durations, result.Scale);
    });

    static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
