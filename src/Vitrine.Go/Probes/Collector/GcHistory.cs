using Vitrine.Go.Binary;
using Vitrine.Instruments;

namespace Vitrine.Go.Probes.Collector;

/// <summary>
/// Puts the records of the BPF program together: stops into collections, the runtime's account into figures. Knows nothing of probes, so that a test can
/// feed it bytes. Keeps a bounded past; totals are of all that was seen.
/// </summary>
sealed class GcHistory(GcWordMap words, GcHistoryContext context)
{
    /// <summary>What a collection or a stop may last and be believed: a larger figure is a torn or made-up one.</summary>
    const long MaxPlausibleNs = 3_600_000_000_000;

    /// <summary>How far the runtime's timestamps may lie outside the probes' (they read one clock, at places some instructions apart).</summary>
    const long ClockSlackNs = 1_000_000_000;

    readonly List<GcCycle> _cycles = [];
    readonly List<StopTheWorld> _stops = [];
    readonly Queue<GcInterval> _intervals = [];
    OpenCycle? _open;
    CycleBaseline _before = CycleBaseline.Read(words);

    /// <summary>Collections that ended, oldest first; at most <see cref="GcHistoryContext.MaxKept"/>.</summary>
    public IReadOnlyList<GcCycle> Cycles => _cycles;

    /// <summary>Stops of the world, oldest first; at most twice as many.</summary>
    public IReadOnlyList<StopTheWorld> Stops => _stops;

    /// <summary>Intervals in the order in which they ended.</summary>
    public IReadOnlyCollection<GcInterval> Intervals => _intervals;

    /// <summary>Sums over everything that was seen.</summary>
    public GcTotals Totals { get; } = new();

    /// <summary>A stop has ended.</summary>
    public Action<StopTheWorld>? StopSeen { get; set; }

    /// <summary>A collection has ended (its sweep goes on).</summary>
    public Action<GcCycle>? CycleSeen { get; set; }

    /// <summary>The sweep of a collection has ended; the argument replaces what was told of it before.</summary>
    public Action<GcCycle>? CycleSwept { get; set; }

    /// <summary>A goroutine has marked or waited for others to; only when single assists are asked for.</summary>
    public Action<MarkAssist>? AssistSeen { get; set; }

    /// <summary>The collection that is under way: number since the probes went on, and when it began; null when there is none.</summary>
    public (ulong Sequence, long StartedNs)? UnderWay => _open is { } open ? (open.Sequence, open.First.StartedNs) : null;

    /// <summary>Takes a stop of the world.</summary>
    public void Add(in StopRecord record)
    {
        var (reason, cause) = StopReasons.Of(record, context.Version.AtLeast(1, 21), context.ReadMemory);
        var asked = (long)record.Asked;
        var ended = Math.Max((long)record.Started, asked);
        var began = Within((long)record.Began, asked - ClockSlackNs, ended) ? (long)record.Began : asked;
        var counted = record.Counted is > 0 and <= MaxPlausibleNs && (long)record.Counted <= ended - began + ClockSlackNs;
        var stop = new StopTheWorld
        {
            Reason = reason,
            Cause = cause,
            StartedNs = began,
            StartedAt = context.Clock(began),
            EndedNs = ended,
            DurationNs = counted ? (long)record.Counted : ended - began,
            CountedByRuntime = counted,
            StoppingNs = Within((long)record.Stopped, began, ended) ? (long)record.Stopped - began : null,
            Goroutine = record.Goroutine,
            Trigger = cause == StopCause.SweepTermination ? TriggerOf(record.Trigger) : GcTrigger.Unknown,
            Sequence = cause == StopCause.Other ? 0 : record.Cycle,
            Frames = context.Frames(record.Stack),
        };
        if (cause == StopCause.SweepTermination)
        {
            Settle(record.Cycle);
            _open = new OpenCycle(record.Cycle, stop);
        }
        else if (cause == StopCause.MarkTermination)
            AddMarkTermination(stop);
        Keep(_stops, stop, 2 * context.MaxKept);
        Totals.Add(stop);
        Remember(new GcInterval(KindOf(cause), stop.StartedNs, stop.EndedNs, 0));
        StopSeen?.Invoke(stop);
    }

    /// <summary>Takes the runtime's account at the end of a collection or of its sweep.</summary>
    public void Add(in AccountRecord record)
    {
        if (record.Kind == GcRecordKind.Swept)
            AddSwept(record);
        else
            AddCycle(record);
    }

    /// <summary>Takes one assist.</summary>
    public void Add(in AssistRecord record)
    {
        var assist = new MarkAssist(record.Goroutine, (long)record.Start, (long)Math.Max(record.Start, record.End), record.Kind == GcRecordKind.Park);
        Remember(new GcInterval(assist.Parked ? GcIntervalKind.AssistWait : GcIntervalKind.Assist, assist.StartedNs, assist.EndedNs, assist.Goroutine));
        AssistSeen?.Invoke(assist);
    }

    /// <summary>Takes what is still to be known of the collections that ended: waits of assists end after the collection that they belong to.</summary>
    public void Settle(ulong before = ulong.MaxValue)
    {
        if (!context.AssistsWatched)
            return;
        for (var i = _cycles.Count - 1; i >= 0 && i >= _cycles.Count - 8; i--)
        {
            if (_cycles[i].Sequence is var sequence && sequence > 0 && sequence < before && context.Sums(sequence) is { } sums && sums.Cycle == sequence)
                _cycles[i] = WithAssists(_cycles[i], sums);
        }
    }

    void AddMarkTermination(StopTheWorld stop)
    {
        if (_open is not { } open || open.Sequence != stop.Sequence)
            return;
        // Marking may be taken up again after this stop; then another one follows.
        Remember(new GcInterval(GcIntervalKind.ConcurrentMark, open.Last.EndedNs, stop.StartedNs, 0));
        open.MarkTerminations.Add(stop);
    }

    void AddCycle(in AccountRecord record)
    {
        var open = _open is { } one && one.Sequence == record.Cycle ? one : null;
        _open = null;
        var account = new GcAccount(words, record);
        if (open is not null && context.Version is var version && !version.AtLeast(1, 22))
            CountAsTheRuntime(open, account);
        var cycle = GcCycleBuilder.Build(record, account, open, _before, context);
        _before = CycleBaseline.Of(account);
        if (context.AssistsWatched)
            cycle = WithAssists(cycle, record.Assists);
        Keep(_cycles, cycle, context.MaxKept);
        Totals.Add(cycle);
        CycleSeen?.Invoke(cycle);
    }

    void AddSwept(in AccountRecord record)
    {
        if (_cycles.Count == 0 || _cycles[^1] is var last && (last.Sequence != record.Cycle || last.SweepNs.IsKnown))
            return;
        var cycle = _cycles[^1];
        var pages = new GcAccount(words, record)[GcWord.PagesSwept];
        cycle = cycle with
        {
            SweepNs = Known<long>.Of(Math.Max(0, (long)record.Time - cycle.EndedNs), Provenance.Read("runtime.bgsweep")),
            SweptBytes = pages.Select(static count => count * GcAccount.PageSize),
        };
        if (context.AssistsWatched && record.Assists.Cycle == cycle.Sequence)
            cycle = WithAssists(cycle, record.Assists);
        _cycles[^1] = cycle;
        CycleSwept?.Invoke(cycle);
    }

    /// <summary>Before Go 1.22 the runtime takes the timestamps of its own stops outside of the functions that are probed: its account has them.</summary>
    void CountAsTheRuntime(OpenCycle open, GcAccount account)
    {
        if (account.Between(GcWord.SweepTermination, GcWord.Mark).TryGet(out var first))
            open.First = Recount(open.First, first);
        if (open.MarkTerminations.Count > 0 && account.Between(GcWord.MarkTermination, GcWord.End).TryGet(out var last))
            open.MarkTerminations[^1] = Recount(open.MarkTerminations[^1], last);
    }

    StopTheWorld Recount(StopTheWorld stop, long durationNs)
    {
        var index = _stops.LastIndexOf(stop);
        var counted = stop with { DurationNs = durationNs, CountedByRuntime = true };
        if (index >= 0)
            _stops[index] = counted;
        Totals.Recount(stop, counted, _stops);
        return counted;
    }

    void Remember(GcInterval interval)
    {
        if (_intervals.Count >= context.MaxIntervals)
            _intervals.Dequeue();
        _intervals.Enqueue(interval);
    }

    static void Keep<T>(List<T> list, T one, int max)
    {
        // Half at once: taking away one from the front of a long list each time would cost more than what it holds.
        if (list.Count >= max)
            list.RemoveRange(0, Math.Max(1, max / 2));
        list.Add(one);
    }

    static GcCycle WithAssists(GcCycle cycle, AssistSums sums)
    {
        if (sums.Cycle != cycle.Sequence || sums.Cycle == 0)
            return cycle;
        var route = Provenance.Read("probes on runtime.gcAssistAlloc1 and runtime.gcParkAssist");
        return cycle with
        {
            MeasuredAssistNs = Known<long>.Of((long)sums.MarkNs, route),
            Assists = Known<long>.Of((long)sums.Marks, route),
            AssistWaitNs = Known<long>.Of((long)sums.ParkNs, route),
        };
    }

    static bool Within(long value, long from, long to) => value != 0 && value >= from && value <= to;

    static GcTrigger TriggerOf(uint kind) => kind switch
    {
        0 => GcTrigger.Heap,
        1 => GcTrigger.Time,
        2 => GcTrigger.RuntimeGC,
        _ => GcTrigger.Unknown,
    };

    static GcIntervalKind KindOf(StopCause cause) => cause switch
    {
        StopCause.SweepTermination => GcIntervalKind.SweepTermination,
        StopCause.MarkTermination => GcIntervalKind.MarkTermination,
        _ => GcIntervalKind.OtherStop,
    };
}
