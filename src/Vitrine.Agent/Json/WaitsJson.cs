using System.Text.Json;
using Vitrine.Go;
using Vitrine.Go.Binary;
using Vitrine.Go.Probes.Waits;

namespace Vitrine.Agent.Json;

/// <summary>Waits as JSON. Nanoseconds are whole numbers; times of the kernel's clock are exact, a table of them is not.</summary>
static class WaitsJson
{
    public static void Write(Stream stream, GoTarget target, WaitSnapshot waits, int top) => JsonDocumentWriter.Write(stream, JsonSchema.Waits, json =>
    {
        json.WriteTarget(target);
        json.WriteTime("endedAt", DateTimeOffset.UtcNow);
        json.WriteNumber("minNs", Nanoseconds(waits.Minimum));
        json.WriteStartArray("waits");
        foreach (var row in top == 0 ? waits.Rows : waits.Rows.Take(top))
            WriteRow(json, row);
        json.WriteEndArray();
        json.WriteNumber("rows", waits.Rows.Count);
        json.WriteStartArray("stillWaiting");
        foreach (var wait in waits.Ongoing ?? [])
            WriteOngoing(json, wait);
        json.WriteEndArray();
        json.WriteNumber("tooShort", waits.TooShort);
        json.WriteNumber("beganBefore", waits.BeganBefore);
        json.WriteNumber("cutOff", waits.CutOff);
        json.WriteNumber("withoutObject", waits.WithoutObject);
        ProbeReportJson.Write(json, waits.Report);
    });

    static void WriteRow(Utf8JsonWriter json, WaitRow row)
    {
        json.WriteStartObject();
        json.WriteString("kind", row.Kind.Name());
        json.WriteString("reason", row.Reason);
        if (row.Object is { } one)
        {
            json.WriteAddress("object", one.Address);
            if (one.FileDescriptor is { } descriptor)
            {
                json.WriteNumber("fileDescriptor", descriptor);
                json.WriteOptional("description", one.Description);
            }
        }
        else
            json.WriteNull("object");
        json.WriteNumber("objects", row.Objects);
        json.WriteNumber("stacks", row.Stacks);
        json.WriteNumber("count", row.Count);
        json.WriteNumber("totalNs", Nanoseconds(row.Total));
        json.WriteNumber("maxNs", Nanoseconds(row.Max));
        WriteFrames(json, row.Frames);
        json.WriteStartArray("releasedBy");
        foreach (var releaser in row.ReleasedBy)
        {
            json.WriteStartObject();
            json.WriteString("by", releaser.By.ToString().ToLowerInvariant());
            json.WriteNumber("count", releaser.Count);
            json.WriteNumber("totalNs", Nanoseconds(releaser.Total));
            WriteFrames(json, releaser.Frames);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void WriteOngoing(Utf8JsonWriter json, OngoingWait wait)
    {
        json.WriteStartObject();
        json.WriteString("kind", wait.Kind.Name());
        json.WriteString("reason", wait.Reason);
        json.WriteNumber("count", wait.Count);
        json.WriteNumber("longestNs", Nanoseconds(wait.Longest));
        json.WriteBoolean("atLeast", wait.IsLowerBound);
        json.WriteNumber("goroutine", wait.Oldest);
        json.WriteStartArray("frames");
        foreach (var frame in wait.Representative.VisibleFrames)
            WriteFrame(json, frame.Function, frame.File, frame.Line);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void WriteFrames(Utf8JsonWriter json, IReadOnlyList<SourceFrame> frames)
    {
        json.WriteStartArray("frames");
        foreach (var frame in frames)
            WriteFrame(json, frame.Function, frame.File, frame.Line);
        json.WriteEndArray();
    }

    static void WriteFrame(Utf8JsonWriter json, string function, string file, int line)
    {
        json.WriteStartObject();
        json.WriteString("function", function);
        json.WriteString("file", file);
        json.WriteNumber("line", line);
        json.WriteEndObject();
    }

    static long Nanoseconds(TimeSpan time) => time.Ticks * 100;
}
