using System.Text.Json;
using Vitrine.Agent.Audit;
using Vitrine.Agent.Audit.Watching;

namespace Vitrine.Agent.Json;

/// <summary>Debuggers as JSON: one document a line, the last one the summary.</summary>
static class DebuggerJson
{
    public static void WriteOne(Stream stream, DebuggerEvent one) => JsonDocumentWriter.Write(stream, JsonSchema.DebuggerEvent, json =>
    {
        json.WriteString("event", DebuggerWatchText.Word(one.Kind));
        json.WriteTime("at", one.At);
        json.WriteStartObject("tracer");
        json.WriteNumber("pid", one.TracerPid);
        json.WriteOptional("name", one.TracerName is null ? null : Shown.Text(one.TracerName));
        json.WriteOptional("uid", one.TracerUid);
        json.WriteEndObject();
        if (one.Kind != DebuggerEventKind.Started)
        {
            json.WriteStartObject("target");
            json.WriteOptional("pid", one.TargetPid);
            json.WriteOptional("name", one.TargetName is null ? null : Shown.Text(one.TargetName));
            json.WriteEndObject();
            json.WriteOptional("request", one.Request);
        }
        WriteMilliseconds(json, "seenAfterMs", one.SeenAfter);
    }, indented: false);

    public static void WriteEnd(Stream stream, DebuggerWatchResult result) => JsonDocumentWriter.Write(stream, JsonSchema.DebuggerEvent, json =>
    {
        json.WriteString("event", "summary");
        json.WriteString("source", result.Source);
        json.WriteNumber("watchedMs", result.Watched.TotalMilliseconds);
        foreach (var kind in Enum.GetValues<DebuggerEventKind>())
            json.WriteNumber(DebuggerWatchText.Word(kind), result.Counts.GetValueOrDefault(kind));
        WriteMilliseconds(json, "slowestSeenMs", result.SlowestSeen);
        json.WriteNumber("lost", result.Lost);
    }, indented: false);

    static void WriteMilliseconds(Utf8JsonWriter json, string name, TimeSpan? time)
    {
        if (time is { } known)
            json.WriteNumber(name, known.TotalMilliseconds);
        else
            json.WriteNull(name);
    }
}
