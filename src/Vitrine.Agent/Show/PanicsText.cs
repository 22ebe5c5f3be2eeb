using System.Globalization;
using Vitrine.Go.Probes.Panics;
using Vitrine.Instruments;

namespace Vitrine.Agent.Show;

/// <summary>Panics for people: one paragraph each.</summary>
static class PanicsText
{
    /// <summary>Frames of one stack that are shown; the JSON document has all.</summary>
    const int MostFrames = 32;

    public static void WriteOne(TextWriter writer, Style style, PanicRecord record)
    {
        var colour = record.Outcome == PanicOutcome.Uncaught ? style.Red : style.Yellow;
        writer.WriteLine($"{record.At.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)}  {style.Bold}{colour}{KindText(record.Kind)}{style.Reset}  {Value(record)}");
        writer.WriteLine($"    {(record.Goroutine is { } id ? string.Create(CultureInfo.InvariantCulture, $"goroutine {id}") : "no goroutine")}, {style.Bold}{OutcomeText(record)}{style.Reset}{Signal(record)}");
        writer.WriteLine($"    {style.Dim}{Memory(record.Memory)}{style.Reset}");
        // What comes before the program's own code is the runtime's way to the panic.
        var frames = record.Frames.SkipWhile(static frame => frame.Function.StartsWith("runtime.", StringComparison.Ordinal)).ToList();
        if (frames.Count == 0)
            frames = [.. record.Frames];
        var width = Math.Min(60, frames.Take(MostFrames).Select(static frame => frame.Function.Length).DefaultIfEmpty(0).Max());
        foreach (var frame in frames.Take(MostFrames))
            writer.WriteLine($"    {Terminal.Safe(frame.Function).PadRight(width)}  {style.Dim}{Terminal.Safe(frame.File)}:{frame.Line}{style.Reset}");
        if (frames.Count > MostFrames)
            writer.WriteLine($"    {style.Dim}… {Units.Count(frames.Count - MostFrames, "more frame")}{style.Reset}");
        writer.WriteLine();
    }

    public static void WriteEnd(TextWriter writer, Style style, PanicWatch watch, ProbeReport report, bool alive, bool all)
    {
        var open = watch.Panics.Where(static record => record.Outcome == PanicOutcome.Running).ToList();
        foreach (var record in all ? [.. watch.Panics] : open)
            WriteOne(writer, style, record);
        var kinds = watch.Panics.GroupBy(static record => record.Outcome).OrderBy(static group => group.Key).Select(group => $"{group.Count()} {Word(group.Key)}");
        writer.WriteLine($"{style.Bold}{Units.Count(watch.Panics.Count, "panic")}{style.Reset}{(watch.Panics.Count == 0 ? "" : $": {string.Join(", ", kinds)}")}{(alive ? "" : $"; {style.Red}the process has ended{style.Reset}{(watch.SawTheEnd ? "" : ", of something else than a panic")}")}");
        ProbeReportText.Write(writer, style, report);
    }

    static string Value(PanicRecord record)
    {
        var type = record.Kind == PanicKind.FatalError ? "" : record.Type.TryGet(out var name) ? $"{Terminal.Safe(name)}: " : $"value of an unknown type ({record.Type.Reason}): ";
        return type + (record.Message.TryGet(out var message) ? Terminal.Safe(message) : $"message unknown: {Terminal.Safe(record.Message.Reason)}");
    }

    static string Signal(PanicRecord record) =>
        record.Signal is { } signal ? string.Create(CultureInfo.InvariantCulture, $", signal {signal.Number}, address 0x{signal.Address:x}") : "";

    static string Memory(PanicMemory memory)
    {
        var parts = new List<string>();
        if (memory.HeapLive.TryGet(out var live))
            parts.Add($"heap {Units.Bytes(live)} live");
        if (memory.HeapInUse.TryGet(out var inUse))
            parts.Add($"{Units.Bytes(inUse)} in use");
        if (memory.NumGC.TryGet(out var cycles))
            parts.Add(Units.Count(cycles, "collection"));
        if (memory.Stats.TryGet(out var look) && look.Result.NumGoroutine.TryGet(out var goroutines))
            parts.Add(Units.Count(goroutines, "goroutine"));
        return parts.Count > 0 ? string.Join(", ", parts) : $"memory unknown: {memory.HeapLive.Reason}";
    }

    static string KindText(PanicKind kind) => kind switch
    {
        PanicKind.RuntimeError => "runtime error",
        PanicKind.Signal => "signal panic",
        PanicKind.FatalError => "fatal error",
        _ => "panic",
    };

    static string OutcomeText(PanicRecord record) => record.Outcome switch
    {
        PanicOutcome.Uncaught => "ended the process",
        PanicOutcome.Superseded => "superseded by a later panic of a deferred function",
        PanicOutcome.Goexit => "cut short by runtime.Goexit",
        PanicOutcome.Running => "its deferred functions are still running",
        PanicOutcome.Unknown => "its end was not seen",
        _ => "recovered",
    };

    static string Word(PanicOutcome outcome) => outcome switch
    {
        PanicOutcome.Uncaught => "ended the process",
        PanicOutcome.Running => "still running",
        PanicOutcome.Goexit => "cut short by Goexit",
        PanicOutcome.Unknown => "with an end that was not seen",
        _ => outcome.ToString().ToLowerInvariant(),
    };
}
