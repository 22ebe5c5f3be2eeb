using System.Globalization;
using Vitrine.Go;
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

    /// <summary>The end of a watch.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="style">Marks.</param>
    /// <param name="target">The process.</param>
    /// <param name="watch">What was seen.</param>
    /// <param name="report">What it cost.</param>
    /// <param name="all">Every panic is written here, below the summary; else they were written one by one, and the summary follows.</param>
    public static void WriteEnd(TextWriter writer, Style style, GoTarget target, PanicWatch watch, ProbeReport report, bool all)
    {
        if (all)
        {
            writer.WriteLine($"{Summary(style, target, watch, report)}{(watch.Panics.Count > 0 ? "\n" : "")}");
            foreach (var record in watch.Panics)
                WriteOne(writer, style, record);
        }
        else
        {
            foreach (var record in watch.Panics.Where(static record => record.Outcome == PanicOutcome.Running))
                WriteOne(writer, style, record);
            writer.WriteLine(Summary(style, target, watch, report));
        }
        ProbeReportText.Write(writer, style, report);
    }

    static string Summary(Style style, GoTarget target, PanicWatch watch, ProbeReport report)
    {
        var kinds = watch.Panics.GroupBy(static record => record.Outcome).OrderBy(static group => group.Key).Select(static group => $"{Units.Count(group.Count())} {Word(group.Key)}").ToList();
        return $"{Heading.Of(style, target)}: {style.Bold}{Units.Count(watch.Panics.Count, "panic")}{style.Reset} in {Units.Duration(report.Coverage.Watched)}{(kinds.Count > 0 ? $": {string.Join(", ", kinds)}" : "")}"
            + (report.Coverage.TargetEnded ? $"; {style.Red}the process has ended{style.Reset}{(watch.SawTheEnd ? "" : ", of something else than a panic")}" : "");
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
