using System.Globalization;
using Vitrine.Go.Binary;
using Vitrine.Go.Probes.Collector;
using Vitrine.Instruments;

namespace Vitrine.Agent.Show;

/// <summary>Collections, stops of the world and mark assists as people read them.</summary>
static class GcText
{
    const int MostAssists = 12;

    /// <summary>The tables.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="style">Marks.</param>
    /// <param name="title">The first line.</param>
    /// <param name="watch">What was seen.</param>
    /// <param name="mostCycles">Collections listed, the last ones.</param>
    /// <param name="toFile">The output is no terminal: nothing is cut.</param>
    public static void Write(TextWriter writer, Style style, string title, GcWatch watch, int mostCycles, bool toFile)
    {
        writer.WriteLine(title);
        writer.WriteLine(Summary(watch.Totals));
        if (watch.Cycles.Count > 0 && watch.Cycles[^1].CpuShareSinceStart.TryGet(out var share))
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"since the process began, collecting took {share * 100:0.0} % of its processors"));
        writer.WriteLine();
        var unknown = new UnknownReasons(style);
        Cycles(writer, style, watch, mostCycles, unknown, toFile);
        Stops(writer, style, watch, toFile);
        Assists(writer, style, watch.Assists(), toFile);
        unknown.Write(writer);
    }

    static string Summary(GcTotals totals) => string.Create(CultureInfo.InvariantCulture,
        $"{Units.Count(totals.Cycles, "collection")}: {Number(totals.Of(GcTrigger.Heap))} by heap growth, {Number(totals.Of(GcTrigger.RuntimeGC))} by runtime.GC(), {Number(totals.Of(GcTrigger.Time))} by sysmon"
        + $"{(totals.Of(GcTrigger.Unknown) > 0 ? $", {Number(totals.Of(GcTrigger.Unknown))} not seen to begin" : "")}; the world was stopped {Units.Count(totals.Stops.Values.Sum(static stop => stop.Count), "time")}, {Units.Duration(TimeSpan.FromMicroseconds(totals.Stops.Values.Sum(static stop => stop.TotalNs) / 1e3))} in all");

    static void Cycles(TextWriter writer, Style style, GcWatch watch, int most, UnknownReasons unknown, bool toFile)
    {
        if (watch.Cycles.Count == 0)
        {
            writer.WriteLine(watch.UnderWay is null ? "no collection has ended" : "no collection has ended; one is under way");
            return;
        }
        var table = Tables.Create(">gc", "started", "trigger", ">stop 1", ">mark", ">stop 2", ">sweep", ">assists", ">assist", ">waited", ">heap before", ">at end", ">live", ">goal", ">CPU");
        foreach (var cycle in watch.Cycles.TakeLast(most))
        {
            table.Row(
                (cycle.Number.TryGet(out var number) ? Number(number) : "?") + (cycle.Partial is null ? "" : "*"),
                cycle.StartedAt.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture),
                NameOf(cycle.Trigger),
                Time(cycle.SweepTerminationPauseNs), Time(cycle.ConcurrentMarkNs), Time(cycle.MarkTerminationPauseNs), cycle.SweepNs.TryGet(out var sweep) ? Ns(sweep) : "-",
                cycle.Assists.TryGet(out var assists) ? Number(assists) : "-", Time(cycle.AssistNs), cycle.AssistWaitNs.TryGet(out var waited) ? Ns(waited) : "-",
                Bytes(cycle.HeapBeforeBytes), Bytes(cycle.HeapAtMarkEndBytes), Bytes(cycle.HeapAfterBytes), Bytes(cycle.GoalBytes),
                cycle.CpuShare.TryGet(out var share) ? string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %") : "-");
        }
        Tables.Write(writer, table, toFile);
        foreach (var same in watch.Cycles.TakeLast(most).Select(static cycle => cycle.Partial).OfType<string>().CountBy(static partial => partial))
            writer.WriteLine($"{style.Yellow}* {same.Key}{(same.Value > 1 ? $" ({Units.Count(same.Value, "collection")})" : "")}{style.Reset}");
        if (watch.Totals.Cycles > Math.Min(most, watch.Cycles.Count))
            writer.WriteLine($"{style.Dim}the last {Number(Math.Min(most, watch.Cycles.Count))} of {Units.Count(watch.Totals.Cycles, "collection")}{style.Reset}");

        string Time(Known<long> figure) => unknown.Text(figure, Ns);
        string Bytes(Known<ulong> figure) => unknown.Text(figure, static value => Units.Bytes(value));
    }

    static void Stops(TextWriter writer, Style style, GcWatch watch, bool toFile)
    {
        if (watch.Totals.Stops.Count == 0)
            return;
        writer.WriteLine();
        var table = Tables.Create("stop of the world", ">count", ">total", ">longest", "by");
        foreach (var (reason, total) in watch.Totals.Stops.OrderByDescending(static pair => pair.Value.TotalNs))
        {
            var last = watch.Stops.LastOrDefault(stop => stop.Reason == reason);
            table.Row(reason, Number(total.Count), Ns(total.TotalNs), Ns(total.MaxNs), last is { Cause: StopCause.Other } ? By(last) : "the collector");
        }
        Tables.Write(writer, table, toFile);
        Callers(writer, watch);
        if (watch.Stops.LastOrDefault(static stop => !stop.CountedByRuntime) is not null)
            writer.WriteLine($"{style.Dim}stops by others are measured by the probes: this Go version counts only the collector's{style.Reset}");
    }

    /// <summary>Who called runtime.GC(): seldom a good idea, and seldom known.</summary>
    static void Callers(TextWriter writer, GcWatch watch)
    {
        const int most = 4;
        var callers = watch.Stops.Where(static stop => stop.Trigger == GcTrigger.RuntimeGC).GroupBy(static stop => Place(stop.Frames))
            .OrderByDescending(static group => group.Count()).ThenBy(static group => group.Key, StringComparer.Ordinal).ToList();
        if (callers.Count > 0)
            writer.WriteLine($"runtime.GC() was called by {string.Join(", ", callers.Take(most).Select(static group => $"{Terminal.Safe(group.Key)} ({Number(group.Count())})"))}{(callers.Count > most ? $" and {Units.Count(callers.Count - most, "other")}" : "")}");
    }

    static void Assists(TextWriter writer, Style style, IReadOnlyList<AssistTotal> assists, bool toFile)
    {
        if (assists.Count == 0)
            return;
        writer.WriteLine();
        var table = Tables.Create("marked for the collector", ">assists", ">marked", ">longest", ">waits", ">waited", ">longest wait", ">goroutines", "called from");
        var places = assists.GroupBy(static one => Place(one.Frames)).Select(static group => (Place: group.Key, All: group.ToList()))
            .OrderByDescending(static place => place.All.Sum(static one => one.MarkNs + one.ParkNs)).ToList();
        foreach (var (place, all) in places.Take(MostAssists))
        {
            table.Row(place, Number(all.Sum(static one => one.Assists)), Ns(all.Sum(static one => one.MarkNs)), Ns(all.Max(static one => one.MaxMarkNs)),
                Number(all.Sum(static one => one.Parks)), Ns(all.Sum(static one => one.ParkNs)), Ns(all.Max(static one => one.MaxParkNs)),
                Number(all.Select(static one => one.Goroutine).Distinct().Count()), Caller(all[0].Frames));
        }
        Tables.Write(writer, table, toFile);
        if (places.Count > MostAssists)
            writer.WriteLine($"{style.Dim}and {Units.Count(places.Count - MostAssists, "more place")}; --format json has all, by goroutine{style.Reset}");
    }

    /// <summary>Who stopped the world: the first function outside of the runtime.</summary>
    static string By(StopTheWorld stop)
    {
        var place = Place(stop.Frames);
        return string.Create(CultureInfo.InvariantCulture, $"{place}, goroutine {stop.Goroutine}");
    }

    /// <summary>The function of the program that was charged: the first that is not the runtime's.</summary>
    static string Place(IReadOnlyList<SourceFrame> frames)
    {
        foreach (var frame in frames)
        {
            if (!IsRuntime(frame.Function))
                return frame.Line > 0 ? string.Create(CultureInfo.InvariantCulture, $"{frame.Function}:{frame.Line}") : frame.Function;
        }
        return frames.Count > 0 ? frames[^1].Function : "(stack not taken)";
    }

    static string Caller(IReadOnlyList<SourceFrame> frames)
    {
        var own = frames.Where(static frame => !IsRuntime(frame.Function)).Skip(1).Select(static frame => frame.Function).FirstOrDefault();
        return own ?? "";
    }

    static bool IsRuntime(string function) => function.StartsWith("runtime.", StringComparison.Ordinal);

    public static string NameOf(GcTrigger trigger) => trigger switch
    {
        GcTrigger.Heap => "heap",
        GcTrigger.Time => "time",
        GcTrigger.RuntimeGC => "runtime.GC()",
        _ => "unknown",
    };

    static string Ns(long nanoseconds) => Units.Duration(TimeSpan.FromMicroseconds(nanoseconds / 1e3));

    static string Number(long value) => Units.Count(value);
}
