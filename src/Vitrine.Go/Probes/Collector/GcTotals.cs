namespace Vitrine.Go.Probes.Collector;

/// <summary>Sums over everything that was seen, also over what is no longer kept one by one.</summary>
public sealed class GcTotals
{
    readonly SortedDictionary<string, StopTotal> _stops = new(StringComparer.Ordinal);
    readonly long[] _byTrigger = new long[4];

    /// <summary>Collections that ended.</summary>
    public long Cycles { get; private set; }

    /// <summary>Collections that were not seen to end although their numbers say that they were: lost records.</summary>
    public long MissedCycles { get; private set; }

    /// <summary>Stops by reason.</summary>
    public IReadOnlyDictionary<string, StopTotal> Stops => _stops;

    /// <summary>Collections by what started them.</summary>
    public long Of(GcTrigger trigger) => _byTrigger[(int)trigger];

    long _lastNumber = -1;

    internal void Add(GcCycle cycle)
    {
        Cycles++;
        _byTrigger[(int)cycle.Trigger]++;
        if (!cycle.Number.TryGet(out var number))
            return;
        // The numbers come from the target: only a small gap is a gap.
        if (_lastNumber >= 0 && number > _lastNumber + 1 && number - _lastNumber < 1_000_000)
            MissedCycles += number - _lastNumber - 1;
        _lastNumber = number;
    }

    /// <summary>Most reasons kept apart: the runtime has 17, and the words come from the target.</summary>
    const int MaxReasons = 64;

    internal void Add(StopTheWorld stop)
    {
        var key = _stops.ContainsKey(stop.Reason) || _stops.Count < MaxReasons ? stop.Reason : "other";
        var before = _stops.GetValueOrDefault(key);
        _stops[key] = new StopTotal(before.Count + 1, before.TotalNs + stop.DurationNs, Math.Max(before.MaxNs, stop.DurationNs));
    }

    /// <summary>A stop turned out to have lasted something else; <paramref name="kept"/> has it in its new form.</summary>
    internal void Recount(StopTheWorld before, StopTheWorld after, IEnumerable<StopTheWorld> kept)
    {
        if (!_stops.TryGetValue(before.Reason, out var total))
            return;
        var max = total.MaxNs == before.DurationNs
            ? kept.Where(stop => stop.Reason == before.Reason).Select(static stop => stop.DurationNs).Append(after.DurationNs).Max()
            : Math.Max(total.MaxNs, after.DurationNs);
        _stops[before.Reason] = new StopTotal(total.Count, total.TotalNs - before.DurationNs + after.DurationNs, max);
    }
}

/// <summary>Stops of one reason.</summary>
/// <param name="Count">How many.</param>
/// <param name="TotalNs">Their durations together.</param>
/// <param name="MaxNs">The longest.</param>
public readonly record struct StopTotal(long Count, long TotalNs, long MaxNs);
