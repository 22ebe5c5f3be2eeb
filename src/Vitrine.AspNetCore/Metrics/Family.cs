using System.Text;

namespace Vitrine.AspNetCore.Metrics;

/// <summary>All series of one name. Finding the series of a measurement takes no lock and allocates nothing; a new one is added under a lock. Bounded: what is beyond goes into one series of its own.</summary>
sealed class Family
{
    static readonly KeyValuePair<string, object?>[] s_overflowTags = [new("otel.metric.overflow", true)];

    readonly Lock _gate = new();
    readonly string _name;
    readonly byte[] _header, _openHeader;
    readonly double[] _bounds;
    readonly int _limit;
    Dictionary<int, Series[]> _byHash = [];
    Series[] _all = [];
    Series? _overflow;

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
    public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, Scope scope, bool isAbsolute) => Find(tags, scope).Record(value, isAbsolute);

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

    static Series? TryFind(Dictionary<int, Series[]> byHash, int hash, ReadOnlySpan<KeyValuePair<string, object?>> tags, Scope scope)
    {
        if (!byHash.TryGetValue(hash, out var candidates)) return null;
        foreach (var one in candidates)
        {
            if (one.Key.Is(tags, scope)) return one;
        }
        return null;
    }

    Series Add(int hash, ReadOnlySpan<KeyValuePair<string, object?>> tags, Scope scope)
    {
        lock (_gate)
        {
            if (TryFind(_byHash, hash, tags, scope) is { } meanwhile) return meanwhile;
            if (_all.Length >= _limit)
            {
                if (_overflow is not null) return _overflow;
                var overflow = Make(new(s_overflowTags, new([])));
                Volatile.Write(ref _all, [.. _all, overflow]);
                Volatile.Write(ref _overflow, overflow);
                return overflow;
            }
            var series = Make(new(tags, scope));
            // A copy that nobody reads yet: readers have no lock.
            Dictionary<int, Series[]> byHash = new(_byHash);
            byHash[hash] = byHash.TryGetValue(hash, out var others) ? [.. others, series] : [series];
            Volatile.Write(ref _byHash, byHash);
            Volatile.Write(ref _all, [.. _all, series]);
            return series;
        }
    }

    Series Make(TagKey key) => Kind == FamilyKind.Histogram ? new HistogramSeries(_name, key, key.ToLabels(), _bounds) : new Series(_name, key, key.ToLabels());
}
