using System.Globalization;
using Vitrine.DotNet.Starvation;
using Vitrine.Insight.Findings;
using Vitrine.Insight.Statistics;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.Insight.Starvation;

/// <summary>
/// Says whether a .NET process's thread pool starves because its workers wait for other work of the same pool (sync over async: <c>Task.Wait</c>, <c>Result</c>, <c>GetResult</c>), from what
/// <see cref="StarvationInstrument"/> recorded and how long the queue was meanwhile.
/// </summary>
/// <remarks>
/// Three facts decide. How many workers stand in waits for tasks, in the mean over the time: a lower bound, because who was blocked already when the recording began is not in it. Whether work waits for a worker meanwhile:
/// the share of the looks with a queue. Whether the pool itself took its workers for blocked and wanted more: the share of the seconds in which it did; by then it may have grown so far that nothing waits. Of both shares the
/// lower ends of their 95 % intervals count, and the greater one. A pool that is busy has a queue too, but its workers run; one that waits for
/// locks or events is blocked and no sync over async: it is said what they wait for.
/// </remarks>
public static class StarvationFinder
{
    /// <summary>Looks at the queue that a conclusion needs.</summary>
    public const int LeastLooks = 4;

    // Half of all workers stand still, and for half of the time the pool has too few: then it is what requests wait for, or threads without end are what keeps it going.
    const double FaultShare = 0.5, FaultShort = 0.5;

    // Less than one worker in the mean is what every service has that once blocks for a moment.
    const double LeastBlocked = 1;

    /// <summary>The conclusion.</summary>
    /// <param name="record">What was recorded.</param>
    /// <param name="pool">The pool's size and queue, looked at while it was recorded; empty when nobody knows.</param>
    public static Finding Find(StarvationRecord record, IReadOnlyList<PoolLook> pool)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(pool);
        var watched = TimeSpan.FromMicroseconds(record.Blocked.Look.Result.DurationNanos / 1e3);
        var events = Provenance.Read("the runtime's reports of waits, with the stack");
        var (blocked, onTasks) = watched > TimeSpan.Zero ? (record.BlockedTime / watched, record.BlockedOnTasks / watched) : (0, 0);
        var workers = pool.Count > 0 ? pool.Average(static look => look.Workers) : 0;
        var queued = pool.Count(static look => look.Queued > 0);
        var seconds = (int)Math.Ceiling(watched.TotalSeconds);
        var secondsShort = record.Adjustments.Where(static one => one.IsForBlockedWorkers).Select(static one => one.At.ToUnixTimeSeconds()).Distinct().Take(seconds).Count();
        var (waits, wants) = (Proportion.WilsonLower(queued, pool.Count), Proportion.WilsonLower(secondsShort, seconds));
        var isShort = Math.Max(waits, wants);

        List<Evidence> evidence = [new(Text($"In the mean {blocked:0.0} workers of the thread pool were blocked, {onTasks:0.0} of them in waits for tasks, over {watched.TotalSeconds:0.0} s."), events)];
        if (onTasks > 0 && Place(record.Blocked.Look.Result) is ({ Length: > 0 } place, var waited))
            evidence.Add(new(Text($"Most of the waits for tasks, {waited:0.0} s, are {place}."), events));
        if (pool.Count > 0)
        {
            evidence.Add(new(Text($"The pool had {workers:0.#} workers in the mean ({pool[0].Workers:0} at first, {pool[^1].Workers:0} at last). Work waited for one at {queued} of {pool.Count} looks, {pool.Max(static look => look.Queued):0} items at most, {pool[^1].Queued:0} at last."),
                Provenance.Read("counters threadpool-thread-count and threadpool-queue-length of System.Runtime")));
        }
        if (record.AdjustmentsForBlockedWorkers > 0)
            evidence.Add(new(Text($"{record.AdjustmentsForBlockedWorkers:N0} times the pool itself took its workers for blocked and wanted more, in {secondsShort} of {seconds} seconds."), Provenance.Read("the pool's own decisions")));

        List<string> unknowns =
        [
            "Workers that were blocked before the watch began and stayed so are not counted: there may be more.",
            "What the tasks wait for: that they need the same pool is likely, and cannot be seen. They end late for that reason or for one of their own.",
        ];
        if (pool.Count < LeastLooks) unknowns.Insert(0, $"How long the queue is: {pool.Count} looks at it, and {LeastLooks} are needed.");
        if (onTasks < LeastBlocked)
        {
            return new(blocked >= LeastBlocked ? "thread pool: workers wait, and not for tasks" : "thread pool: no sign of starvation", Verdict.None,
                new(Math.Clamp(1 - onTasks, 0, 1), Text($"1 − {onTasks:0.##} workers in waits for tasks")), evidence, unknowns, []);
        }

        var share = Math.Min(1, onTasks / Math.Max(workers, onTasks));
        var isFault = pool.Count >= LeastLooks && share >= FaultShare && isShort >= FaultShort;
        return new(
            isFault ? "thread pool: it has too few workers, because they wait for tasks (sync over async)" : "thread pool: workers wait for tasks (sync over async)", isFault ? Verdict.Fault : Verdict.Suspect,
            pool.Count > 0
                ? new(share * isShort, Text($"{share:0.###} of the workers stand in waits for tasks × {isShort:0.###} of the time {(waits >= wants ? "work waits for one" : "the pool wants more because of it")}, at least (95 %)"))
                : new(Math.Min(1, onTasks / blocked), Text($"{onTasks / blocked:0.###} of the time that workers are blocked they wait for tasks; how long the queue is nobody knows")),
            evidence, unknowns,
            ["Await what is waited for there, up to the top: an async method that somebody waits for needs a second thread to end.", "vitrine record PID starvation -o starvation.pb.gz   has every stack that blocks", "vitrine dump PID   shows the workers that stand still now"]);
    }

    /// <summary>The first method that is not the framework's of the stack that waits longest for tasks.</summary>
    static (string Place, double Seconds) Place(Profile blocked)
    {
        var delay = blocked.SampleTypeIndex("delay");
        var places = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var sample in blocked.Samples)
        {
            if (sample.Labels.Text("waits_for") != "task") continue;
            var place = "framework code only";
            foreach (var function in blocked.FunctionsOf(sample))
            {
                if (function.Name.StartsWith("System.", StringComparison.Ordinal) || function.Name.StartsWith("Microsoft.", StringComparison.Ordinal)) continue;
                place = $"below {function.Name}";
                break;
            }
            places[place] = places.GetValueOrDefault(place) + sample.Values[delay];
        }
        return places.Count == 0 ? ("", 0) : places.OrderByDescending(static one => one.Value).ThenBy(static one => one.Key, StringComparer.Ordinal).Select(static one => (one.Key, one.Value / 1e9)).First();
    }

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
