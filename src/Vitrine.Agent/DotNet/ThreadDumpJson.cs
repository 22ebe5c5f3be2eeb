using System.Text.Json;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Json;
using Vitrine.DotNet.Outside;

namespace Vitrine.Agent.DotNet;

/// <summary>The threads of a .NET process as JSON.</summary>
static class ThreadDumpJson
{
    public static void Write(Stream stream, DotNetTarget target, ThreadDump dump, ThreadFilter filter) =>
        JsonDocumentWriter.Write(stream, JsonSchema.Threads, json =>
        {
            json.WriteStartObject("target");
            json.WriteNumber("pid", target.Pid);
            json.WriteString("name", target.Name);
            json.WriteString("runtime", "dotnet");
            json.WriteString("runtimeVersion", target.RuntimeVersion);
            json.WriteEndObject();
            json.WriteTime("capturedAt", dump.CapturedAt);
            json.WriteNumber("durationMs", dump.Duration.TotalMilliseconds);
            json.WriteNumber("methodsMs", dump.MethodsDuration.TotalMilliseconds);
            json.WriteStartObject("consistency");
            json.WriteNumber("total", dump.Consistency.Total);
            json.WriteNumber("accepted", dump.Consistency.Accepted);
            json.WriteNumber("retried", dump.Consistency.Retried);
            json.WriteNumber("torn", dump.Consistency.Torn);
            json.WriteNumber("running", dump.Consistency.Running);
            json.WriteEndObject();
            json.WriteStartArray("notes");
            foreach (var note in dump.Notes)
                json.WriteStringValue(note);
            json.WriteEndArray();
            json.WriteStartArray("threads");
            foreach (var thread in dump.Threads.Where(filter.Matches))
                WriteThread(json, thread);
            json.WriteEndArray();
        }, indented: false);

    static void WriteThread(Utf8JsonWriter json, OutsideThread thread)
    {
        var unknown = new Dictionary<string, string>();
        var fields = new FieldWriter(json, unknown);
        json.WriteStartObject();
        json.WriteNumber("id", thread.ThreadId);
        fields.Write("ownId", thread.OwnThreadId);
        json.WriteString("name", thread.Name);
        json.WriteString("activity", thread.Activity.ToString().ToLowerInvariant());
        json.WriteOptional("waitsIn", thread.WaitsIn.Length > 0 ? thread.WaitsIn : null);
        fields.Write("notRunForNs", thread.NotRunFor, static (json, time) => json.WriteNumberValue(time.Ticks * 100));
        fields.Write("processorTimeNs", thread.ProcessorTime, static (json, time) => json.WriteNumberValue(time.Ticks * 100));
        json.WriteOptional("noStackReason", thread.NoStackReason.Length > 0 ? thread.NoStackReason : null);
        json.WriteOptional("truncated", thread.NoStackReason.Length > 0 || thread.End.IsBottom ? null : thread.End.Reason);
        json.WriteStartArray("frames");
        foreach (var frame in thread.Frames)
        {
            json.WriteStartObject();
            json.WriteString("function", frame.Name);
            json.WriteString("kind", frame.Kind.ToString().ToLowerInvariant());
            json.WriteString("module", frame.Module);
            json.WriteString("file", frame.File);
            json.WriteNumber("line", frame.Line);
            json.WriteAddress("address", frame.Address);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (unknown.Count > 0)
        {
            json.WriteStartObject("unknown");
            foreach (var (name, reason) in unknown)
                json.WriteString(name, reason);
            json.WriteEndObject();
        }
        json.WriteEndObject();
    }
}
