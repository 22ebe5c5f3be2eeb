using Vitrine.Agent.Json;
using Vitrine.Go;

namespace Vitrine.Agent.Recorder;

/// <summary>What a flight recorder did, as JSON. The recordings themselves are folders.</summary>
static class WatchJson
{
    public static void Write(Stream stream, GoTarget target, RecorderOptions options, WatchResult result) => JsonDocumentWriter.Write(stream, JsonSchema.Watch, json =>
    {
        json.WriteTarget(target);
        json.WriteBoolean("processEnded", !result.Alive);
        json.WriteNumber("watchedMs", result.Watched.TotalMilliseconds);
        json.WriteString("folder", options.Folder);
        json.WriteStartArray("recordings");
        foreach (var recording in result.Recordings)
        {
            json.WriteStartObject();
            json.WriteString("path", recording.Path);
            json.WriteString("trigger", recording.Fired.Trigger.Name);
            json.WriteString("because", recording.Fired.Because);
            json.WriteTime("at", recording.Fired.At);
            json.WriteNumber("events", recording.Events);
            json.WriteStartArray("problems");
            foreach (var problem in recording.Problems)
                json.WriteStringValue(problem);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartObject("suppressed");
        foreach (var (trigger, times) in result.Suppressed)
            json.WriteNumber(trigger, times);
        json.WriteEndObject();
        json.WriteNumber("keptEvents", result.Kept.Events.Count);
        json.WriteNumber("keptBytes", result.Kept.Bytes);
        json.WriteNumber("events", result.Kept.Total);
        json.WriteNumber("droppedEarly", result.Kept.DroppedEarly);
        json.WriteStartObject("sources");
        foreach (var (source, report) in result.Reports)
        {
            json.WriteStartObject(source);
            ProbeReportJson.Write(json, report);
            json.WriteEndObject();
        }
        foreach (var (source, reading) in result.Readings)
        {
            json.WriteStartObject(source);
            json.WriteNumber("reads", reading.Reads);
            json.WriteNumber("readNs", reading.Time.TotalNanoseconds);
            json.WriteNumber("readShare", reading.Share);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    });
}
