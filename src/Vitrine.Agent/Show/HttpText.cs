using System.Globalization;
using Vitrine.Go;
using Vitrine.Go.Probes.Http;
using Vitrine.Insight.Requests;

namespace Vitrine.Agent.Show;

/// <summary>The requests of a server for people: routes, what runs now, slow ones with where their time went, and what collections took.</summary>
sealed class HttpText(TextWriter output, Style style, HttpView view)
{
    const int MostFrames = 6;

    public void Write(GoTarget target, HttpReport report, GcExposureReport? exposure)
    {
        WriteHead(target, report);
        WriteRoutes(report);
        WriteInFlight(report);
        if (view.Slow is { } slow)
            WriteSlow(report, slow);
        else if (view.Split)
            WriteSlow(report, TimeSpan.Zero);
        if (exposure is not null)
            new HttpGcText(output, style, view).Write(report, exposure);
        ProbeReportText.Write(output, style, report.Probes);
    }

    /// <summary>What is drawn again and again while the watch lasts.</summary>
    public void WriteLive(GoTarget target, HttpReport report)
    {
        WriteHead(target, report);
        WriteRoutes(report);
        output.WriteLine();
        output.WriteLine($"{style.Dim}Ctrl-C ends and prints the result{style.Reset}");
    }

    void WriteHead(GoTarget target, HttpReport report)
    {
        var unseen = report.Requests.Count(static one => one.StartedNs is null);
        output.WriteLine($"{Heading.Of(style, target)}: {Units.Count(report.Requests.Count + report.NotKept, "request")} ended in {Units.Duration(report.Watched)}, "
            + $"{(report.InFlightUnknown is null ? $"{Units.Count(report.InFlight.Count)} in flight" : "in flight unknown")}{(unseen > 0 ? $"; {Units.Count(unseen)} began before the watch, of unknown duration" : "")}");
        if (report.NotKept > 0)
            output.WriteLine($"{style.Yellow}{Units.Count(report.NotKept, "request")} beyond the limit only counted: the figures below are of the others{style.Reset}");
    }

    void WriteRoutes(HttpReport report)
    {
        var routes = RouteFigures.Of(report);
        if (routes.Count == 0)
            return;
        output.WriteLine();
        var table = Tables.Create("route", ">requests", ">/s", "status", ">p50", ">p90", ">p99", ">max");
        foreach (var route in routes.Take(view.Top))
        {
            table.Row($"{route.Route}{(route.Route.IsGuess ? " ~" : "")}", Units.Count(route.Count), Rate(route.PerSecond), Statuses(route),
                Time(route.P50Ns), Time(route.P90Ns), Time(route.P99Ns), Time(route.MaxNs));
        }
        Tables.Write(output, table, toFile: style == Style.None);
        if (routes.Count > view.Top)
            output.WriteLine($"{style.Dim}and {Units.Count(routes.Count - view.Top, "more route")} (--top){style.Reset}");
        if (routes.Any(static one => one.Route.IsGuess))
            output.WriteLine($"{style.Dim}~ the route is a guess: numbers, UUIDs and digests of the path are taken for :id{style.Reset}");
    }

    static string Statuses(RouteFigures route)
    {
        var parts = route.Statuses.Where(static one => one.Key != 0).Select(one => route.Statuses.Count == 1 ? $"{one.Key}" : $"{one.Key}×{Units.Count(one.Value)}").ToList();
        if (route.Aborted > 0)
            parts.Add($"aborted×{Units.Count(route.Aborted)}");
        if (route.Hijacked > 0)
            parts.Add($"hijacked×{Units.Count(route.Hijacked)}");
        return string.Join(' ', parts);
    }

    void WriteInFlight(HttpReport report)
    {
        if (report.InFlight.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine($"{style.Bold}in flight{style.Reset}");
        foreach (var one in report.InFlight.Take(view.Top))
        {
            var what = one.StartedNs is not null ? $"{one.Line.Method} {Path(one.Line)}"
                : one.AgeIsLowerBound ? "began before the watch: method and path unknown"
                : "began unseen: method and path unknown";
            var age = one.AgeNs is { } ns ? $"{(one.AgeIsLowerBound ? "≥ " : "")}{Units.Duration(Span(ns))}" : "age unknown";
            output.WriteLine($"  {age}  {style.Cyan}{Terminal.Safe(what)}{style.Reset}  [{Terminal.Safe(one.Doing ?? "?")}]{(one.Hijacked ? " hijacked" : "")} goroutine {one.GoroutineId}");
            if (one.Split is { } split)
                output.WriteLine($"      {style.Dim}so far{style.Reset} on CPU {Time(split.OnCpuNs)}, runnable {Time(split.RunnableNs)}, waiting {Time(split.WaitingNs)}{(split.GcNs > 0 ? $", GC stop {Time(split.GcStopNs)}, assist {Time(split.AssistNs)}" : "")}{(Waits(split) is { Length: > 0 } waits ? $": {Terminal.Safe(waits)}" : "")}");
            foreach (var frame in one.Frames.TakeWhile(static frame => frame.Function is not "net/http.serverHandler.ServeHTTP").Take(MostFrames))
                output.WriteLine($"      {style.Dim}{Terminal.Safe(frame.Function)}  {Terminal.Safe(SourcePath.Short(frame.Function, frame.File))}:{frame.Line}{style.Reset}");
        }
        if (report.InFlight.Count > view.Top)
            output.WriteLine($"  {style.Dim}and {Units.Count(report.InFlight.Count - view.Top)} more (--top){style.Reset}");
    }

    void WriteSlow(HttpReport report, TimeSpan atLeast)
    {
        HttpRequest[] slow = [.. report.Requests.Where(one => one.DurationNs >= atLeast.Ticks * 100).OrderByDescending(static one => one.DurationNs)];
        output.WriteLine();
        if (slow.Length == 0)
            output.WriteLine($"{style.Green}no request took {Units.Duration(atLeast)} or more{style.Reset}");
        else if (atLeast == TimeSpan.Zero)
            output.WriteLine($"{style.Bold}the {Math.Min(view.Top, slow.Length)} slowest{style.Reset}");
        else
            output.WriteLine($"{style.Bold}slow{style.Reset}: {Units.Count(slow.Length, "request")} took {Units.Duration(atLeast)} or more{(slow.Length > view.Top ? $"; the {view.Top} slowest" : "")}");
        if (slow.Length == 0)
            return;
        var table = Tables.Create(">took", "request", "status", ">on CPU", ">runnable", ">waiting", ">GC stop", ">assist", "waited for");
        foreach (var one in slow.Take(view.Top))
        {
            var split = one.Split;
            table.Row(Time(one.DurationNs), $"{one.Line.Method} {Path(one.Line)}", Status(one),
                Time(split?.OnCpuNs), Time(split?.RunnableNs), Time(split?.WaitingNs), Time(split?.GcStopNs), Time(split?.AssistNs), Waits(split));
        }
        Tables.Write(output, table, toFile: style == Style.None);
    }

    static string Waits(RequestSplit? split)
    {
        if (split is null)
            return "";
        var waits = split.Waits.Where(static one => one.TotalNs >= 1000).Take(3).Select(static one => $"{one.Reason} {Time(one.TotalNs)}").ToList();
        if (split.InKernelNs >= 1000)
            waits.Add($"kernel {Time(split.InKernelNs)}");
        if (split.OtherStopNs > 0)
            waits.Add($"world stopped for something else {Time(split.OtherStopNs)}");
        return string.Join(", ", waits);
    }

    public static string Status(HttpRequest request) => request.Outcome switch
    {
        HttpOutcome.Aborted => "aborted",
        HttpOutcome.Hijacked => "hijacked",
        _ => request.Status?.ToString(CultureInfo.InvariantCulture) ?? "?",
    };

    public static string Path(HttpRequestLine line) => $"{line.Path ?? "?"}{(line.PathCut ? "…" : "")}{(line.Query is { } query ? "?" + query : "")}";

    public static string Time(long? nanoseconds) => nanoseconds is { } ns ? Units.Duration(Span(ns)) : "-";

    static string Rate(double perSecond) => perSecond.ToString(perSecond < 10 ? "0.##" : "N0", CultureInfo.InvariantCulture);

    static TimeSpan Span(long nanoseconds) => TimeSpan.FromTicks(nanoseconds / 100);
}
