using System.Text;

namespace Vitrine.AspNetCore.Metrics;

/// <summary>All series of one name. Finding the series of a measurement takes no lock and allocates nothing; a new one is added under a lock. Bounded: what is beyond goes into one series of its own.</summary>
sealed class Family
{
    // Of one series, in the mean.
    const int MaximumKeys = 2;

    static readonly KeyValuePair<string, object?>[] s_overflowTags = [new("otel.metric.overflow", true)];

    readonly Lock _gate = new();
    readonly string _name;
    readonly byte[] _header, _openHeader;
    readonly double[] _bounds;
    readonly int _limit;
    readonly Dictionary<string, Series> _byLabels = new(StringComparer.Ordinal);
    Dictionary<int, Entry[]> _byHash = [];
    Series[] _all = [];
    Series? _overflow;
    int _entries;

    // Tags of different types can have the same text (1 and "1"): several keys of one series.
    readonly record struct Entry(TagKey Key, Series Series);

    /// <param name="kind">What it is.</param>
    /// <param name="name">Name without <c>_total</c>.</param>
    /// <param name="unit">The unit's word; empty for none.</param>
    /// <param name="help">What it is, in a sentence.</param>
    /// <param name="bounds">Of a histogram.</param>
    /// <param name="limit">Series at most.</param>
    public Family(FamilyKind kind, string name, string unit, string help, double[] bounds, int limit)
    {
        (Kind, _bounds, _limit) = (kind, bounds, Math.Max(1, limit));
        _name = kind == FamilyKind.Counter ? name + "_total" : name;
        var type = kind switch { FamilyKind.Counter => "counter", FamilyKind.Gauge => "gauge", _ => "histogram" };
        var plain = help.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
        _header = Encoding.UTF8.GetBytes($"# HELP {_name} {plain}\n# TYPE {_name} {type}\n");
        var unitLine = unit.Length > 0 ? $"# UNIT {name} {unit}\n" : "";
        _openHeader = Encoding.UTF8.GetBytes($"# TYPE {name} {type}\n{unitLine}# HELP {name} {TagKey.Escaped(help)}\n");
    }

    public FamilyKind Kind { get; }

    /// <param name="value">The number.</param>
    /// <param name="tags">What it belongs to.</param>
    /// <param name="scope">The meter.</param>
    /// <param name="isAbsolute">Whether it is the sum so far, as observable instruments give it; else it is added.</param>
    /// <param name="generation">The collection that observes it, or <see cref="Series.Always"/>.</param>
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, Scope scope, bool isAbsolute, int generation)
    {
        var series = Find(tags, scope);
        series.Record(value, isAbsolute);
        if (generation != Series.Always) series.Seen = generation;
    }

    /// <summary>Lets go what was observed once and was not in this collection.</summary>
    public void RemoveUnseen(int generation)
    {
        foreach (var series in Volatile.Read(ref _all))
        {
            if (series.Seen == Series.Always || series.Seen == generation) continue;
            Remove(one => one.Seen != Series.Always && one.Seen != generation);
            return;
        }
    }

    /// <summary>Lets go what comes from a meter that is no more.</summary>
    public void Remove(Scope scope) => Remove(one => one.Key.IsOf(scope));

    void Remove(Predicate<Series> isGone)
    {
        lock (_gate)
        {
            Series[] kept = [.. _all.Where(one => !isGone(one))];
            Dictionary<int, Entry[]> byHash = [];
            foreach (var (hash, entries) in _byHash)
            {
                Entry[] left = [.. entries.Where(one => !isGone(one.Series))];
                if (left.Length > 0) byHash[hash] = left;
            }
            foreach (var (labels, series) in _byLabels)
            {
                if (isGone(series)) _byLabels.Remove(labels);
            }
            _entries = byHash.Values.Sum(static one => one.Length);
            if (_overflow is { } overflow && isGone(overflow)) Volatile.Write(ref _overflow, null);
            Volatile.Write(ref _byHash, byHash);
            Volatile.Write(ref _all, kept);
        }
    }

    public void Write(ref PageWriter page, bool isOpenMetrics)
    {
        var all = Volatile.Read(ref _all);
        if (all.Length == 0) return;
        page.Write(isOpenMetrics ? _openHeader : _header);
        foreach (var series in all)
            series.Write(ref page);
    }

    Series Find(ReadOnlySpan<KeyValuePair<string, object?>> tags, Scope scope)
    {
        var hash = TagKey.Hash(tags, scope);
        return TryFind(Volatile.Read(ref _byHash), hash, tags, scope) ?? Volatile.Read(ref _overflow) ?? Add(hash, tags, scope);
    }

    static Series? TryFind(Dictionary<int, Entry[]> byHash, int hash, ReadOnlySpan<KeyValuePair<string, object?>> tags, Scope scope)
    {
        if (!byHash.TryGetValue(hash, out var candidates)) return null;
        foreach (var one in candidates)
        {
            if (one.Key.Is(tags, scope)) return one.Series;
        }
        return null;
    }

    Series Add(int hash, ReadOnlySpan<KeyValuePair<string, object?>> tags, Scope scope)
    {
        lock (_gate)
        {
            if (TryFind(_byHash, hash, tags, scope) is { } meanwhile) return meanwhile;
            var key = new TagKey(tags, scope);
            var labels = key.ToLabels();
            var isKnown = _byLabels.TryGetValue(labels, out var series);
            // Objects that are all different and have the same text would make keys without end; their series is found by its labels every time.
            if (isKnown && _entries >= MaximumKeys * (long)_limit) return series!;
            if (!isKnown && _byLabels.Count >= _limit)
            {
                if (_overflow is not null) return _overflow;
                var overflow = Make(new(s_overflowTags, new([]), isReserved: true));
                Volatile.Write(ref _all, [.. _all, overflow]);
                Volatile.Write(ref _overflow, overflow);
                return overflow;
            }
            if (!isKnown) _byLabels.Add(labels, series = Make(key));
            // A copy that nobody reads yet: readers have no lock.
            Dictionary<int, Entry[]> byHash = new(_byHash);
            byHash[hash] = byHash.TryGetValue(hash, out var others) ? [.. others, new(key, series!)] : [new(key, series!)];
            _entries++;
            Volatile.Write(ref _byHash, byHash);
            if (!isKnown) Volatile.Write(ref _all, [.. _all, series!]);
            return series!;
        }
    }

    Series Make(TagKey key) => Kind == FamilyKind.Histogram ? new HistogramSeries(_name, key, key.ToLabels(), _bounds) : new Series(_name, key, key.ToLabels());
}
