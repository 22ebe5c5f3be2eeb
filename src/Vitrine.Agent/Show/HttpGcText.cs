using System.Globalization;
using Vitrine.Go.Probes.Http;
using Vitrine.Insight.Findings;
using Vitrine.Insight.Requests;
using Vitrine.Insight.Statistics;

namespace Vitrine.Agent.Show;

/// <summary>Requests that were running when a collection started, what it took from them, and the control, for people.</summary>
sealed class HttpGcText(TextWriter output, Style style, HttpView view)
{
    public void Write(HttpReport report, GcExposureReport exposure)
    {
        output.WriteLine();
        output.WriteLine($"{style.Bold}collections{style.Reset}: {Units.Count(report.Collections.Count)}; {Units.Count(exposure.Exposed.Count, "request was", "requests were")} older than {Units.Duration(exposure.OlderThan)} when one started");
        if (exposure.Exposed.Count == 0)
            return;
        WriteExposed(exposure);
        output.WriteLine();
        WriteRoutes(exposure);
        foreach (var route in exposure.Routes.Take(view.Top))
            WriteFinding(route.Finding);
    }

    void WriteExposed(GcExposureReport exposure)
    {
        var table = Tables.Create(">took", "request", ">age then", ">GC's", ">GC took", ">share", ">stopped", ">assist", ">runnable in GC");
        foreach (var one in exposure.Exposed.Take(view.Top))
        {
            var line = one.Request?.Line ?? one.InFlight!.Line;
            table.Row($"{HttpText.Time(one.TimeNs)}{(one.Request is null ? "…" : "")}", $"{line.Method} {HttpText.Path(line)}", HttpText.Time(one.AgeAtStartNs), $"{one.Collections}",
                HttpText.Time(one.Split?.GcNs), Percent(one.GcShare), HttpText.Time(one.Split?.GcStopNs), HttpText.Time(one.Split?.AssistNs), HttpText.Time(one.Split?.RunnableDuringGcNs));
        }
        Tables.Write(output, table, toFile: style == Style.None);
        if (exposure.Exposed.Count > view.Top)
            output.WriteLine($"{style.Dim}and {Units.Count(exposure.Exposed.Count - view.Top)} more (--top){style.Reset}");
    }

    void WriteRoutes(GcExposureReport exposure)
    {
        var table = Tables.Create("route", ">with GC", ">median", ">without", ">median", ">difference (95 %)", ">less stops and assist", ">less waiting for a CPU in GC");
        foreach (var route in exposure.Routes.Take(view.Top))
        {
            table.Row(route.Route.ToString(), Units.Count(route.Exposed), Median(route.ExposedMedianNs), Units.Count(route.Control), Median(route.ControlMedianNs),
                route.Difference is null ? "not enough data" : Shift(route.Difference), Shift(route.DifferenceWithoutGc), Shift(route.DifferenceWithoutMarking));
        }
        Tables.Write(output, table, toFile: style == Style.None);
        output.WriteLine($"{style.Dim}without: requests of the route that grew as old and met no collection{style.Reset}");
    }

    void WriteFinding(Finding finding)
    {
        var colour = finding.Verdict == Verdict.None ? style.Green : style.Yellow;
        output.WriteLine();
        output.WriteLine($"{colour}{Terminal.Safe(finding.Title)}{style.Reset}, confidence {finding.Confidence}");
        List("evidence", finding.Evidence.Select(static one => $"{one.Statement} [{one.Provenance}]"));
        List("unknown", finding.Unknowns);
        List("next", finding.NextSteps);
    }

    void List(string label, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            output.WriteLine($"    {style.Dim}{label,-9}{style.Reset} {Terminal.Safe(line)}");
            label = "";
        }
    }

    static string Median(double? nanoseconds) => nanoseconds is { } ns ? HttpText.Time((long)ns) : "-";

    static string Shift(ShiftEstimate? shift) => shift is { } one ? $"{Signed(one.Shift)} ({Signed(one.Lower)} to {Signed(one.Upper)})" : "-";

    static string Signed(double nanoseconds) => $"{(nanoseconds < 0 ? "−" : "+")}{HttpText.Time((long)Math.Abs(nanoseconds))}";

    static string Percent(double? share) => share is { } part ? string.Create(CultureInfo.InvariantCulture, $"{part * 100:0.#} %") : "-";
}
