using System.Globalization;
using Vitrine.Agent.Show;
using Vitrine.Go;
using Vitrine.Go.Probes.Collector;
using Vitrine.Instruments;

namespace Vitrine.Agent.Timelines;

/// <summary>The timeline of a collector: cycles with their phases, stops by others, sweeps, what goroutines paid, and the heap.</summary>
static class GcTimeline
{
    /// <summary>Goroutines with a track of their own, the dearest; a page with thousands could not be read.</summary>
    const int MostGoroutines = 32;

    public static Timeline Of(GoTarget target, GcWatch watch, DateTimeOffset startedAt, long startedNs)
    {
        var tracks = new List<TimelineTrack>
        {
            new("collections", Cycles(watch, startedNs)),
            new("stops by others", [.. watch.Stops.Where(static stop => stop.Cause == StopCause.Other).Select(stop => Stop(stop, startedNs))]),
            new("sweep", Sweeps(watch, startedNs)),
        };
        var notes = new List<string>();
        Assists(watch, startedNs, tracks, notes);
        return new Timeline(
            string.Create(CultureInfo.InvariantCulture, $"Garbage collector of {target.Name} (pid {target.Pid}, {target.RuntimeVersion})"), target.Name, target.Pid, startedAt)
        {
            Tracks = tracks,
            Curves = Curves(watch, startedNs),
            Notes = notes,
        };
    }

    static List<TimelineSpan> Cycles(GcWatch watch, long origin)
    {
        var spans = new List<TimelineSpan>();
        var stops = watch.Stops.Where(static stop => stop.Cause != StopCause.Other).ToLookup(static stop => stop.Sequence);
        long before = long.MinValue;
        foreach (var cycle in watch.Cycles)
        {
            // The runtime's timestamps and the probes' may differ by a few instructions: spans that overlap a little would not nest.
            var start = Math.Max(cycle.StartedNs, before);
            var end = Math.Max(start, cycle.EndedNs);
            before = end;
            spans.Add(new TimelineSpan($"gc {(cycle.Number.TryGet(out var number) ? number.ToString(CultureInfo.InvariantCulture) : "?")}", TimelineKind.Cycle, start - origin, end - start, Details(cycle)));
            var at = start;
            foreach (var stop in cycle.Sequence == 0 ? [] : stops[cycle.Sequence])
            {
                var from = Math.Clamp(stop.StartedNs, at, end);
                if (stop.Cause == StopCause.MarkTermination && from > at)
                    spans.Add(new TimelineSpan("concurrent mark", TimelineKind.Mark, at - origin, from - at, []));
                at = Math.Clamp(stop.EndedNs, from, end);
                spans.Add(new TimelineSpan(stop.Reason, TimelineKind.GcStop, from - origin, at - from, [Detail("counted by the runtime", Ns(stop.DurationNs)), .. Stopping(stop)]));
            }
        }
        return spans;
    }

    static TimelineSpan Stop(StopTheWorld stop, long origin) => new(stop.Reason, TimelineKind.OtherStop, stop.StartedNs - origin, stop.EndedNs - stop.StartedNs,
    [
        Detail(stop.CountedByRuntime ? "counted by the runtime" : "measured", Ns(stop.DurationNs)), .. Stopping(stop),
        Detail("goroutine", stop.Goroutine.ToString(CultureInfo.InvariantCulture)),
        Detail("stack", string.Join("\n", stop.Frames.Select(static frame => frame.Function))),
    ]);

    static List<TimelineSpan> Sweeps(GcWatch watch, long origin)
    {
        var spans = new List<TimelineSpan>();
        long before = long.MinValue;
        foreach (var cycle in watch.Cycles)
        {
            if (!cycle.SweepNs.TryGet(out var length))
                continue;
            var start = Math.Max(cycle.EndedNs, before);
            before = Math.Max(start, cycle.EndedNs + length);
            spans.Add(new TimelineSpan("sweep", TimelineKind.Sweep, start - origin, before - start, [Detail("swept", Bytes(cycle.SweptBytes))]));
        }
        return spans;
    }

    static void Assists(GcWatch watch, long origin, List<TimelineTrack> tracks, List<string> notes)
    {
        var byGoroutine = watch.Intervals.Where(static one => one.Kind is GcIntervalKind.Assist or GcIntervalKind.AssistWait)
            .GroupBy(static one => one.Goroutine).OrderByDescending(static group => group.Sum(static one => one.EndedNs - one.StartedNs)).ToList();
        foreach (var goroutine in byGoroutine.Take(MostGoroutines))
        {
            tracks.Add(new TimelineTrack(string.Create(CultureInfo.InvariantCulture, $"goroutine {goroutine.Key}"),
            [
                .. goroutine.OrderBy(static one => one.StartedNs).Select(one => new TimelineSpan(
                    one.Kind == GcIntervalKind.Assist ? "marks for the collector" : "waits for marking", one.Kind == GcIntervalKind.Assist ? TimelineKind.Assist : TimelineKind.Wait,
                    one.StartedNs - origin, one.EndedNs - one.StartedNs, [])),
            ]));
        }
        if (byGoroutine.Count > MostGoroutines)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"Of {byGoroutine.Count:N0} goroutines that assisted, the {MostGoroutines} that spent most on it have a track."));
    }

    static List<TimelineCurve> Curves(GcWatch watch, long origin)
    {
        var heap = new List<(long, double)>();
        var goal = new List<(long, double)>();
        foreach (var cycle in watch.Cycles)
        {
            if (cycle.HeapBeforeBytes.TryGet(out var first))
                heap.Add((cycle.StartedNs - origin, first));
            if (cycle.HeapAtMarkEndBytes.TryGet(out var second))
                heap.Add((cycle.EndedNs - origin - 1, second));
            if (cycle.HeapAfterBytes.TryGet(out var third))
                heap.Add((cycle.EndedNs - origin, third));
            if (cycle.GoalBytes.TryGet(out var bytes))
                goal.Add((cycle.StartedNs - origin, bytes));
            if (cycle.NextGoalBytes.TryGet(out var next))
                goal.Add((cycle.EndedNs - origin, next));
        }
        return [new("heap", "bytes", heap), new("goal", "bytes", goal)];
    }

    static List<KeyValuePair<string, string>> Details(GcCycle cycle) =>
    [
        Detail("trigger", GcText.NameOf(cycle.Trigger)),
        Detail("sweep termination", Text(cycle.SweepTerminationPauseNs)), Detail("concurrent mark", Text(cycle.ConcurrentMarkNs)), Detail("mark termination", Text(cycle.MarkTerminationPauseNs)),
        Detail("assists", cycle.Assists.TryGet(out var assists) ? $"{assists.ToString(CultureInfo.InvariantCulture)}, {Text(cycle.AssistNs)}" : Text(cycle.AssistNs)), Detail("waited for marking", Text(cycle.AssistWaitNs)),
        Detail("heap", $"{Bytes(cycle.HeapBeforeBytes)} → {Bytes(cycle.HeapAtMarkEndBytes)} → {Bytes(cycle.HeapAfterBytes)}"), Detail("goal", Bytes(cycle.GoalBytes)),
        Detail("share of the processors", cycle.CpuShare.TryGet(out var share) ? string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %") : $"unknown: {cycle.CpuShare.Reason}"),
        .. cycle.Partial is { } partial ? [Detail("partial", partial)] : Array.Empty<KeyValuePair<string, string>>(),
    ];

    static IEnumerable<KeyValuePair<string, string>> Stopping(StopTheWorld stop) => stop.StoppingNs is { } stopping ? [Detail("until all had stopped", Ns(stopping))] : [];

    static KeyValuePair<string, string> Detail(string name, string value) => new(name, value);

    static string Text(Known<long> time) => time.TryGet(out var value) ? Ns(value) : $"unknown: {time.Reason}";

    static string Bytes(Known<ulong> figure) => figure.TryGet(out var value) ? Units.Bytes(value) : $"unknown: {figure.Reason}";

    static string Ns(long nanoseconds) => Units.Duration(TimeSpan.FromMicroseconds(nanoseconds / 1e3));
}
