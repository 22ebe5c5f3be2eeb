using System.Text.Json;
using Vitrine.Go;
using Vitrine.Go.Memory;
using Vitrine.Instruments;

namespace Vitrine.Agent.Json;

/// <summary>Memory statistics as JSON, under the field names of runtime.MemStats. An unknown field is null and has its reason under "unknown".</summary>
static class MemJson
{
    public static void Write(Stream stream, GoTarget target, Look<MemStats> look) => JsonDocumentWriter.Write(stream, JsonSchema.Mem, json =>
    {
        json.WriteTarget(target);
        json.WriteTime("capturedAt", look.CapturedAt);
        json.WriteNumber("durationMs", look.Duration.TotalMilliseconds);
        json.WriteNumber("skewMs", look.Consistency.SkewMs);
        json.WriteNumber("retried", look.Consistency.Retried);
        json.WriteStartArray("notes");
        foreach (var note in look.Notes)
            json.WriteStringValue(note);
        json.WriteEndArray();
        var unknown = new Dictionary<string, string>(StringComparer.Ordinal);
        json.WriteStartObject("memStats");
        WriteFields(new FieldWriter(json, unknown), look.Result);
        json.WriteEndObject();
        json.WriteStartObject("unknown");
        foreach (var (name, reason) in unknown)
            json.WriteString(name, reason);
        json.WriteEndObject();
    });

    static void WriteFields(FieldWriter field, MemStats mem)
    {
        field.Write("Alloc", mem.Alloc);
        field.Write("TotalAlloc", mem.TotalAlloc);
        field.Write("Sys", mem.Sys);
        field.Write("Lookups", mem.Lookups);
        field.Write("Mallocs", mem.Mallocs);
        field.Write("Frees", mem.Frees);
        field.Write("HeapAlloc", mem.HeapAlloc);
        field.Write("HeapSys", mem.HeapSys);
        field.Write("HeapIdle", mem.HeapIdle);
        field.Write("HeapInuse", mem.HeapInuse);
        field.Write("HeapReleased", mem.HeapReleased);
        field.Write("HeapObjects", mem.HeapObjects);
        field.Write("StackInuse", mem.StackInuse);
        field.Write("StackSys", mem.StackSys);
        field.Write("MSpanInuse", mem.MSpanInuse);
        field.Write("MSpanSys", mem.MSpanSys);
        field.Write("MCacheInuse", mem.MCacheInuse);
        field.Write("MCacheSys", mem.MCacheSys);
        field.Write("BuckHashSys", mem.BuckHashSys);
        field.Write("GCSys", mem.GCSys);
        field.Write("OtherSys", mem.OtherSys);
        field.Write("NextGC", mem.NextGC);
        field.Write("LastGC", mem.LastGC);
        field.Write("PauseTotalNs", mem.PauseTotalNs);
        field.Write("PauseNs", mem.PauseNs, WriteNumbers);
        field.Write("PauseEnd", mem.PauseEnd, WriteNumbers);
        field.Write("NumGC", mem.NumGC.Select(value => (ulong)value));
        field.Write("NumForcedGC", mem.NumForcedGC.Select(value => (ulong)value));
        field.Write("GCCPUFraction", mem.GCCPUFraction, (json, value) => json.WriteNumberValue(value));
        field.Write("EnableGC", mem.EnableGC, (json, value) => json.WriteBooleanValue(value));
        field.Write("DebugGC", mem.DebugGC, (json, value) => json.WriteBooleanValue(value));
        field.Write("BySize", mem.BySize, WriteSizeClasses);
        field.Write("NumGoroutine", mem.NumGoroutine.Select(value => (ulong)value));
        field.Write("GOMAXPROCS", mem.GOMAXPROCS.Select(value => (ulong)value));
    }

    static void WriteNumbers(Utf8JsonWriter json, IReadOnlyList<ulong> values)
    {
        json.WriteStartArray();
        foreach (var value in values)
            json.WriteNumberValue(value);
        json.WriteEndArray();
    }

    static void WriteSizeClasses(Utf8JsonWriter json, IReadOnlyList<MemStatsSizeClass> classes)
    {
        json.WriteStartArray();
        foreach (var one in classes)
        {
            json.WriteStartObject();
            json.WriteNumber("Size", one.Size);
            json.WriteNumber("Mallocs", one.Mallocs);
            json.WriteNumber("Frees", one.Frees);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}
