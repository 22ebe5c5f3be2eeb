using System.Text.Json;
using Vitrine.Agent.Show;
using Vitrine.Go;
using Vitrine.Go.Binary;
using Vitrine.Go.Probes.Collector;
using Vitrine.Instruments;

namespace Vitrine.Agent.Json;

/// <summary>Collections, stops of the world and mark assists as JSON. What is unknown is null and has its reason under the object's "unknown".</summary>
static class GcJson
{
    public static void Write(Stream stream, GoTarget target, GcWatch watch, ProbeReport report, DateTimeOffset startedAt) => JsonDocumentWriter.Write(stream, JsonSchema.Gc, json =>
    {
        json.WriteTarget(target);
        json.WriteTime("startedAt", startedAt);
        WriteTotals(json, watch.Totals);
        json.WriteStartArray("cycles");
        foreach (var cycle in watch.Cycles)
            WriteCycle(json, cycle);
        json.WriteEndArray();
        json.WriteStartArray("stops");
        foreach (var stop in watch.Stops)
            WriteStop(json, stop);
        json.WriteEndArray();
        json.WriteStartArray("assists");
        foreach (var assist in watch.Assists())
            WriteAssist(json, assist);
        json.WriteEndArray();
        ProbeReportJson.Write(json, report);
    });

    static void WriteTotals(Utf8JsonWriter json, GcTotals totals)
    {
        json.WriteStartObject("totals");
        json.WriteNumber("cycles", totals.Cycles);
        json.WriteNumber("missedCycles", totals.MissedCycles);
        json.WriteStartObject("cyclesByTrigger");
        foreach (var trigger in Enum.GetValues<GcTrigger>())
            json.WriteNumber(GcText.NameOf(trigger), totals.Of(trigger));
        json.WriteEndObject();
        json.WriteStartArray("stops");
        foreach (var (reason, total) in totals.Stops)
        {
            json.WriteStartObject();
            json.WriteString("reason", reason);
            json.WriteNumber("count", total.Count);
            json.WriteNumber("totalNs", total.TotalNs);
            json.WriteNumber("maxNs", total.MaxNs);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    static void WriteCycle(Utf8JsonWriter json, GcCycle cycle)
    {
        var unknown = new Dictionary<string, string>(StringComparer.Ordinal);
        var field = new FieldWriter(json, unknown);
        json.WriteStartObject();
        field.Write("number", cycle.Number, WriteLong);
        json.WriteNumber("sequence", cycle.Sequence);
        json.WriteString("trigger", GcText.NameOf(cycle.Trigger));
        json.WriteTime("startedAt", cycle.StartedAt);
        json.WriteNumber("startedMonotonicNs", cycle.StartedNs);
        json.WriteNumber("endedMonotonicNs", cycle.EndedNs);
        json.WriteNumber("startedByGoroutine", cycle.StartedBy);
        json.WriteOptional("partial", cycle.Partial);
        field.Write("sweepTerminationPauseNs", cycle.SweepTerminationPauseNs, WriteLong);
        field.Write("concurrentMarkNs", cycle.ConcurrentMarkNs, WriteLong);
        field.Write("markTerminationPauseNs", cycle.MarkTerminationPauseNs, WriteLong);
        field.Write("pauseNs", cycle.PauseNs, WriteLong);
        field.Write("sweepNs", cycle.SweepNs, WriteLong);
        field.Write("assistNs", cycle.AssistNs, WriteLong);
        field.Write("measuredAssistNs", cycle.MeasuredAssistNs, WriteLong);
        field.Write("assists", cycle.Assists, WriteLong);
        field.Write("assistWaitNs", cycle.AssistWaitNs, WriteLong);
        field.Write("backgroundMarkNs", cycle.BackgroundMarkNs, WriteLong);
        field.Write("idleMarkNs", cycle.IdleMarkNs, WriteLong);
        field.Write("heapBeforeBytes", cycle.HeapBeforeBytes);
        field.Write("heapAtMarkEndBytes", cycle.HeapAtMarkEndBytes);
        field.Write("heapAfterBytes", cycle.HeapAfterBytes);
        field.Write("goalBytes", cycle.GoalBytes);
        field.Write("nextGoalBytes", cycle.NextGoalBytes);
        field.Write("cpuShare", cycle.CpuShare, WriteDouble);
        field.Write("cpuShareSinceStart", cycle.CpuShareSinceStart, WriteDouble);
        field.Write("sweptBytes", cycle.SweptBytes);
        field.Write("scavengedBytes", cycle.ScavengedBytes);
        field.Write("gomaxprocs", cycle.Processors);
        json.WriteStartObject("unknown");
        foreach (var (name, reason) in unknown)
            json.WriteString(name, reason);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void WriteStop(Utf8JsonWriter json, StopTheWorld stop)
    {
        json.WriteStartObject();
        json.WriteString("reason", stop.Reason);
        json.WriteString("cause", stop.Cause == StopCause.Other ? "other" : "gc");
        json.WriteNumber("durationNs", stop.DurationNs);
        json.WriteBoolean("countedByRuntime", stop.CountedByRuntime);
        json.WriteOptional("stoppingNs", stop.StoppingNs);
        json.WriteTime("startedAt", stop.StartedAt);
        json.WriteNumber("startedMonotonicNs", stop.StartedNs);
        json.WriteNumber("endedMonotonicNs", stop.EndedNs);
        json.WriteNumber("goroutine", stop.Goroutine);
        json.WriteOptional("cycleSequence", stop.Sequence > 0 ? (long)stop.Sequence : null);
        WriteFrames(json, stop.Cause == StopCause.Other || stop.Trigger == GcTrigger.RuntimeGC ? stop.Frames : []);
        json.WriteEndObject();
    }

    static void WriteAssist(Utf8JsonWriter json, AssistTotal assist)
    {
        json.WriteStartObject();
        json.WriteNumber("goroutine", assist.Goroutine);
        json.WriteNumber("assists", assist.Assists);
        json.WriteNumber("markNs", assist.MarkNs);
        json.WriteNumber("maxMarkNs", assist.MaxMarkNs);
        json.WriteNumber("waits", assist.Parks);
        json.WriteNumber("waitNs", assist.ParkNs);
        json.WriteNumber("maxWaitNs", assist.MaxParkNs);
        WriteFrames(json, assist.Frames);
        json.WriteEndObject();
    }

    static void WriteFrames(Utf8JsonWriter json, IReadOnlyList<SourceFrame> frames)
    {
        json.WriteStartArray("frames");
        foreach (var frame in frames)
        {
            json.WriteStartObject();
            json.WriteString("function", frame.Function);
            json.WriteString("file", frame.File);
            json.WriteNumber("line", frame.Line);
            json.WriteBoolean("inlined", frame.Inlined);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void WriteLong(Utf8JsonWriter json, long value) => json.WriteNumberValue(value);

    static void WriteDouble(Utf8JsonWriter json, double value)
    {
        // The value comes from the target's memory.
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteNullValue();
    }
}
