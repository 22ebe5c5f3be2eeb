using System.Globalization;
using Vitrine.Instruments;

namespace Vitrine.Agent.Show;

/// <summary>The last lines of every look with probes: what it cost, what it lost, what it could not see.</summary>
static class ProbeReportText
{
    public static void Write(TextWriter writer, Style style, ProbeReport report)
    {
        writer.WriteLine();
        writer.WriteLine($"{style.Dim}cost{style.Reset}    {Cost(report.Cost)}");
        writer.WriteLine($"{style.Dim}lost{style.Reset}    {(report.Lost.Total == 0 ? "nothing" : "")}{style.Yellow}{string.Join("; ", report.Lost.ByReason.Select(static one => $"{one.Key}: {Units.Count(one.Value)}"))}{style.Reset}");
        var coverage = report.Coverage;
        var figures = !coverage.IsScaled ? "what happened in between is in no figure"
            : coverage.RelativeError.TryGet(out var relative) ? string.Create(CultureInfo.InvariantCulture, $"counts and totals are estimates, ±{relative * 100:0.#} %")
            : "counts and totals are of what was seen, a lower bound";
        writer.WriteLine($"{style.Dim}seen{style.Reset}    " + (coverage.IsWhole
            ? $"all of {Units.Duration(coverage.Watched)}"
            : $"{style.Yellow}{Units.Duration(coverage.Open)} of {Units.Duration(coverage.Watched)} in {Units.Count(coverage.Windows, "window")}; {figures}{style.Reset}")
            + (coverage.TargetEnded ? $"; {style.Red}then the process ended{style.Reset}" : ""));
        foreach (var absent in report.Absent)
            writer.WriteLine($"{style.Yellow}absent{style.Reset}  {Terminal.Safe(absent.Function)}: {Terminal.Safe(absent.Reason)}");
        foreach (var note in report.Notes)
            writer.WriteLine($"{style.Dim}note{style.Reset}    {Terminal.Safe(note)}");
    }

    static string Cost(ProbeCost cost)
    {
        if (cost.Hits == 0)
            return cost.TargetShare.IsKnown ? "0 probe hits" : $"unknown: {cost.TargetShare.Reason}";
        var perHit = cost.NsPerHit.TryGet(out var ns) ? $" of {Units.Nanoseconds(ns)}" : "";
        var share = cost.TargetShare.TryGet(out var part) ? string.Create(CultureInfo.InvariantCulture, $": {part * 100:0.###} % of one processor") : "";
        return $"{Units.Count(cost.Hits, "probe hit")}{perHit}{share}";
    }
}
