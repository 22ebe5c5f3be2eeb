using System.Globalization;
using System.Text.Json;

namespace Vitrine.Agent.Timelines;

/// <summary>
/// A timeline in Chrome's trace event format, which Perfetto, chrome://tracing and speedscope open. Complete events ("X") for spans, counters ("C") for
/// curves, one thread for each track. Times are microseconds from the start of the timeline.
/// Format: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU (Trace Event Format).
/// </summary>
static class ChromeTrace
{
    public static void Write(Timeline timeline, Stream stream)
    {
        using var json = new Utf8JsonWriter(stream);
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ns");
        json.WriteStartObject("otherData");
        json.WriteString("title", timeline.Title);
        json.WriteString("startedAt", timeline.Start.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
        foreach (var (note, index) in timeline.Notes.Select(static (note, index) => (note, index)))
            json.WriteString(string.Create(CultureInfo.InvariantCulture, $"note{index + 1}"), note);
        json.WriteEndObject();
        json.WriteStartArray("traceEvents");
        Name(json, timeline.Pid, 0, "process_name", timeline.Process);
        for (var track = 0; track < timeline.Tracks.Count; track++)
        {
            Name(json, timeline.Pid, track + 1, "thread_name", timeline.Tracks[track].Name);
            Order(json, timeline.Pid, track + 1);
            foreach (var span in timeline.Tracks[track].Spans)
                Span(json, timeline.Pid, track + 1, span);
        }
        foreach (var curve in timeline.Curves)
        {
            foreach (var (at, value) in curve.Points)
                Point(json, timeline.Pid, curve, at, value);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void Name(Utf8JsonWriter json, int pid, int thread, string what, string name)
    {
        Begin(json, "M", what, pid, thread);
        json.WriteStartObject("args");
        json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void Order(Utf8JsonWriter json, int pid, int thread)
    {
        Begin(json, "M", "thread_sort_index", pid, thread);
        json.WriteStartObject("args");
        json.WriteNumber("sort_index", thread);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void Span(Utf8JsonWriter json, int pid, int thread, TimelineSpan span)
    {
        Begin(json, "X", span.Name, pid, thread);
        json.WriteString("cat", span.Kind.ToString());
        json.WriteNumber("ts", span.StartNs / 1e3);
        json.WriteNumber("dur", span.DurationNs / 1e3);
        json.WriteStartObject("args");
        foreach (var (name, value) in span.Details)
            json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void Point(Utf8JsonWriter json, int pid, TimelineCurve curve, long at, double value)
    {
        Begin(json, "C", curve.Name, pid, 0);
        json.WriteNumber("ts", at / 1e3);
        json.WriteStartObject("args");
        json.WriteNumber(curve.Unit, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void Begin(Utf8JsonWriter json, string phase, string name, int pid, int thread)
    {
        json.WriteStartObject();
        json.WriteString("ph", phase);
        json.WriteString("name", name);
        json.WriteNumber("pid", pid);
        json.WriteNumber("tid", thread);
    }
}
