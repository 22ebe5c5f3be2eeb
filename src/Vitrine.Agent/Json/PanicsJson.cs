using System.Text.Json;
using Vitrine.Go;
using Vitrine.Go.Probes.Panics;
using Vitrine.Instruments;

namespace Vitrine.Agent.Json;

/// <summary>Panics as JSON. What is unknown is null and has its reason beside it.</summary>
static class PanicsJson
{
    public static void Write(Stream stream, GoTarget target, PanicWatch watch, ProbeReport report) => JsonDocumentWriter.Write(stream, JsonSchema.Panics, json =>
    {
        json.WriteTarget(target);
        json.WriteBoolean("processEnded", report.Coverage.TargetEnded);
        WriteAll(json, watch.Panics);
        json.WriteNumber("dropped", watch.Dropped);
        ProbeReportJson.Write(json, report);
    });

    /// <summary>The array <c>panics</c>.</summary>
    public static void WriteAll(Utf8JsonWriter json, IEnumerable<PanicRecord> panics)
    {
        json.WriteStartArray("panics");
        foreach (var record in panics)
            WriteOne(json, record);
        json.WriteEndArray();
    }

    static void WriteOne(Utf8JsonWriter json, PanicRecord record)
    {
        json.WriteStartObject();
        json.WriteTime("at", record.At);
        json.WriteString("kind", KindText(record.Kind));
        WriteFields(json, record);
        json.WriteEndObject();
    }

    /// <summary>What is told of a panic beside its time and kind.</summary>
    public static void WriteFields(Utf8JsonWriter json, PanicRecord record)
    {
        json.WriteNumber("number", record.Number);
        WriteKnown(json, "type", record.Type);
        WriteKnown(json, "message", record.Message);
        json.WriteOptional("goroutine", (long?)record.Goroutine);
        if (record.Recovered is { } recovered)
            json.WriteBoolean("recovered", recovered);
        else
            json.WriteNull("recovered");
        json.WriteString("outcome", record.Outcome.ToString().ToLowerInvariant());
        json.WriteOptional("within", (long?)record.Within?.Number);
        if (record.Signal is { } signal)
        {
            json.WriteStartObject("signal");
            json.WriteNumber("number", signal.Number);
            json.WriteAddress("address", signal.Address);
            json.WriteEndObject();
        }
        json.WriteStartArray("frames");
        foreach (var frame in record.Frames)
        {
            json.WriteStartObject();
            json.WriteString("function", frame.Function);
            json.WriteString("file", frame.File);
            json.WriteNumber("line", frame.Line);
            json.WriteBoolean("inlined", frame.Inlined);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        WriteMemory(json, record.Memory);
    }

    static void WriteMemory(Utf8JsonWriter json, PanicMemory memory)
    {
        json.WriteStartObject("memstats");
        WriteFigure(json, "heapLiveBytes", memory.HeapLive);
        WriteFigure(json, "heapInuseBytes", memory.HeapInUse);
        WriteFigure(json, "mappedReadyBytes", memory.MappedReady);
        WriteFigure(json, "numGC", memory.NumGC.Select(static value => (ulong)value));
        if (memory.Stats.TryGet(out var look))
        {
            var stats = look.Result;
            json.WriteTime("statsAt", look.CapturedAt);
            WriteFigure(json, "heapAllocBytes", stats.HeapAlloc);
            WriteFigure(json, "heapObjects", stats.HeapObjects);
            WriteFigure(json, "heapSysBytes", stats.HeapSys);
            WriteFigure(json, "sysBytes", stats.Sys);
            WriteFigure(json, "nextGCBytes", stats.NextGC);
            WriteFigure(json, "goroutines", stats.NumGoroutine.Select(static value => (ulong)value));
        }
        else
        {
            json.WriteString("statsUnknown", memory.Stats.Reason);
        }
        json.WriteEndObject();
    }

    static void WriteFigure(Utf8JsonWriter json, string name, Known<ulong> figure)
    {
        if (figure.TryGet(out var value))
        {
            json.WriteNumber(name, value);
            return;
        }
        json.WriteNull(name);
        json.WriteString($"{name}Unknown", figure.Reason);
    }

    static void WriteKnown(Utf8JsonWriter json, string name, Known<string> text)
    {
        if (text.TryGet(out var value))
        {
            json.WriteString(name, value);
            return;
        }
        json.WriteNull(name);
        json.WriteString($"{name}Unknown", text.Reason);
    }

    /// <summary>The kind as documents name it.</summary>
    public static string KindText(PanicKind kind) => kind switch
    {
        PanicKind.RuntimeError => "runtimeError",
        PanicKind.FatalError => "fatalError",
        PanicKind.Signal => "signal",
        _ => "panic",
    };
}
