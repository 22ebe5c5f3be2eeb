using System.Globalization;
using Vitrine.Go;
using Vitrine.Go.Probes.Latency;
using Vitrine.Instruments;

namespace Vitrine.Agent.Show;

/// <summary>Latencies as a table, and what they cost and lost.</summary>
static class LatencyText
{
    /// <summary>Rows that a table has; by label or caller there can be thousands.</summary>
    const int MaxRows = 200;

    public static void Write(TextWriter writer, Style style, GoTarget target, LatencyResult result, LatencyOptions options, bool live)
    {
        var functions = result.Functions.Select(row => row.Function).Distinct().Count();
        writer.WriteLine($"{Heading.Of(style, target)}, {Units.Count(functions, "function")} watched for {Units.Duration(result.Report.Coverage.Watched)}{(live ? ", Ctrl-C ends with the result" : "")}");
        writer.WriteLine();
        var grouped = options.By != LatencyGrouping.None;
        var head = options.By == LatencyGrouping.Caller ? "called by" : Terminal.Safe(options.LabelKey);
        var table = grouped
            ? Tables.Create("function", head, ">calls", ">per s", ">p50", ">p90", ">p95", ">p99", ">p99.9", ">max", ">total")
            : Tables.Create("function", ">calls", ">per s", ">p50", ">p90", ">p95", ">p99", ">p99.9", ">max", ">total");
        foreach (var row in result.Functions.Take(MaxRows))
        {
            var durations = row.Durations;
            var calls = Units.Count((long)Math.Round(durations.Count * result.Scale));
            string[] figures = durations.Count == 0
                ? [calls, "0", "-", "-", "-", "-", "-", "-", "-"]
                : [calls, result.RateOf(row).ToString(result.RateOf(row) < 10 ? "0.0" : "N0", CultureInfo.InvariantCulture),
                    Quantile(durations, 0.5), Quantile(durations, 0.9), Quantile(durations, 0.95), Quantile(durations, 0.99), Quantile(durations, 0.999),
                    Units.Nanoseconds(durations.Max), Units.Nanoseconds(durations.Sum * result.Scale)];
            table.Row(grouped ? [row.Function, row.Group ?? "-", .. figures] : [row.Function, .. figures]);
        }
        Tables.Write(writer, table, toFile: style == Style.None);
        if (result.Functions.Count > MaxRows)
            writer.WriteLine($"{style.Dim}{Units.Count(result.Functions.Count - MaxRows, "more row is", "more rows are")} in --format json{style.Reset}");
        writer.WriteLine();
        writer.WriteLine($"{style.Dim}quantiles to within {LogLinearHistogram.RelativeError * 100:0.0} %; each duration has about {Units.Nanoseconds(LatencyLook.OverheadNs)} of the probes in it{style.Reset}");
        if (result.UnderWay > 0)
            writer.WriteLine($"{style.Dim}{Units.Count(result.UnderWay, "call has", "calls have")} begun and not ended{style.Reset}");
        if (result.Cut > 0)
            writer.WriteLine($"{style.Yellow}left out: {Units.Count(result.Cut, "call")} under way when a window closed; calls longer than a window are never seen{style.Reset}");
        ProbeReportText.Write(writer, style, result.Report);
    }

    static string Quantile(LogLinearHistogram durations, double share) => durations.Quantile(share).TryGet(out var value) ? Units.Nanoseconds(value) : "-";
}
