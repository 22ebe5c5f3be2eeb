using System.Text.Json;
using Vitrine.Go;
using Vitrine.Go.Probes.Http;
using Vitrine.Insight.Requests;

namespace Vitrine.Agent.Json;

/// <summary>Requests of a server as JSON. What is not known of a request is null: no duration for one that began before the watch, no split when it was not followed.</summary>
static class HttpJson
{
    public static void Write(Stream stream, GoTarget target, HttpReport report, GcExposureReport? exposure, TimeSpan? slow) => JsonDocumentWriter.Write(stream, JsonSchema.Http, json =>
    {
        json.WriteTarget(target);
        json.WriteTime("startedAt", report.Clock.ToWallClock(report.StartedNs));
        json.WriteNumber("watchedMs", report.Watched.TotalMilliseconds);
        json.WriteNumber("finished", report.Requests.Count + report.NotKept);
        json.WriteNumber("notKept", report.NotKept);
        WriteRoutes(json, report);
        json.WriteOptional("slowNs", slow?.Ticks * 100);
        json.WriteStartArray("requests");
        foreach (var request in report.Requests)
        {
            if (slow is { } limit && !(request.DurationNs >= limit.Ticks * 100))
                continue;
            json.WriteStartObject();
            WriteRequest(json, report, request);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteInFlight(json, report);
        if (report.Split)
            WriteWorld(json, report);
        if (exposure is not null)
            HttpGcJson.Write(json, report, exposure);
        ProbeReportJson.Write(json, report.Probes);
    });

    static void WriteInFlight(Utf8JsonWriter json, HttpReport report)
    {
        if (report.InFlightUnknown is not null)
        {
            json.WriteNull("inFlight");
            return;
        }
        json.WriteStartArray("inFlight");
        foreach (var request in report.InFlight)
            WriteInFlight(json, report, request);
        json.WriteEndArray();
    }

    static void WriteRoutes(Utf8JsonWriter json, HttpReport report)
    {
        json.WriteStartArray("routes");
        foreach (var route in RouteFigures.Of(report))
        {
            json.WriteStartObject();
            WriteRoute(json, route.Route);
            json.WriteNumber("count", route.Count);
            json.WriteNumber("perSecond", route.PerSecond);
            json.WriteStartObject("statuses");
            foreach (var (status, count) in route.Statuses)
                json.WriteNumber(status == 0 ? "none" : status.ToString(System.Globalization.CultureInfo.InvariantCulture), count);
            json.WriteEndObject();
            json.WriteNumber("aborted", route.Aborted);
            json.WriteNumber("hijacked", route.Hijacked);
            json.WriteNumber("timed", route.Timed);
            json.WriteOptional("p50Ns", route.P50Ns);
            json.WriteOptional("p90Ns", route.P90Ns);
            json.WriteOptional("p99Ns", route.P99Ns);
            json.WriteOptional("maxNs", route.MaxNs);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    public static void WriteRoute(Utf8JsonWriter json, HttpRoute route)
    {
        json.WriteString("method", route.Method);
        json.WriteString("route", route.Template);
        json.WriteBoolean("routeIsGuess", route.IsGuess);
    }

    public static void WriteRequest(Utf8JsonWriter json, HttpReport report, HttpRequest request)
    {
        WriteLine(json, request.Line);
        json.WriteString("route", request.Route.Template);
        json.WriteOptional("status", request.Status);
        json.WriteString("outcome", request.Outcome.ToString().ToLowerInvariant());
        WriteStart(json, report, request.StartedNs);
        json.WriteOptional("durationNs", request.DurationNs);
        json.WriteNumber("goroutine", request.GoroutineId);
        WriteSplit(json, request.Split);
    }

    public static void WriteInFlight(Utf8JsonWriter json, HttpReport report, HttpInFlight request)
    {
        json.WriteStartObject();
        WriteLine(json, request.Line);
        json.WriteOptional("route", request.Route?.Template);
        WriteStart(json, report, request.StartedNs);
        json.WriteOptional("ageNs", request.AgeNs);
        json.WriteBoolean("ageIsLowerBound", request.AgeIsLowerBound);
        json.WriteBoolean("hijacked", request.Hijacked);
        json.WriteNumber("goroutine", request.GoroutineId);
        json.WriteOptional("doing", request.Doing);
        WriteSplit(json, request.Split);
        json.WriteStartArray("frames");
        foreach (var frame in request.Frames)
        {
            json.WriteStartObject();
            json.WriteString("function", frame.Function);
            json.WriteString("file", frame.File);
            json.WriteNumber("line", frame.Line);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void WriteLine(Utf8JsonWriter json, HttpRequestLine line)
    {
        json.WriteOptional("method", line.Method);
        json.WriteOptional("path", line.Path);
        if (line.PathCut)
            json.WriteBoolean("pathCut", true);
        if (line.Query is { } query)
            json.WriteString("query", query);
        json.WriteOptional("protocol", line.Protocol);
    }

    static void WriteStart(Utf8JsonWriter json, HttpReport report, long? startedNs)
    {
        if (startedNs is { } started)
            json.WriteTime("startedAt", report.Clock.ToWallClock(started));
        else
            json.WriteNull("startedAt");
    }

    static void WriteSplit(Utf8JsonWriter json, RequestSplit? split)
    {
        json.WriteOptional("onCpuNs", split?.OnCpuNs);
        json.WriteOptional("runnableNs", split?.RunnableNs);
        json.WriteOptional("waitingNs", split?.WaitingNs);
        json.WriteOptional("gcStopNs", split?.GcStopNs);
        json.WriteOptional("assistNs", split?.AssistNs);
        if (split is null)
            return;
        json.WriteNumber("otherStopNs", split.OtherStopNs);
        json.WriteNumber("preemptedNs", split.PreemptedNs);
        json.WriteNumber("inKernelNs", split.InKernelNs);
        json.WriteNumber("gcStopWhileWaitingNs", split.StoppedWhileWaitingNs);
        json.WriteNumber("runnableDuringGcNs", split.RunnableDuringGcNs);
        json.WriteStartArray("waits");
        foreach (var wait in split.Waits)
        {
            json.WriteStartObject();
            json.WriteString("reason", wait.Reason);
            json.WriteOptional("count", wait.Count);
            json.WriteNumber("totalNs", wait.TotalNs);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void WriteWorld(Utf8JsonWriter json, HttpReport report)
    {
        json.WriteStartArray("collections");
        foreach (var one in report.Collections)
        {
            json.WriteStartObject();
            if (one.BeganBefore)
                json.WriteNull("startedAt");
            else
                json.WriteTime("startedAt", report.Clock.ToWallClock(one.StartedNs));
            json.WriteOptional("durationNs", one.BeganBefore || one.IsCut ? null : one.EndedNs - one.StartedNs);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("stops");
        foreach (var one in report.Stops)
        {
            json.WriteStartObject();
            json.WriteTime("startedAt", report.Clock.ToWallClock(one.StartedNs));
            json.WriteNumber("durationNs", one.EndedNs - one.StartedNs);
            json.WriteBoolean("forCollection", one.ForCollection);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
