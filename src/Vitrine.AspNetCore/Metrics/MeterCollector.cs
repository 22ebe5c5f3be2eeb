using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Vitrine.DotNet.Runtime;

namespace Vitrine.AspNetCore.Metrics;

/// <summary>
/// Listens to the meters that the options name and keeps what they report, by Prometheus' families. It begins with the first moment in which Vitrine is switched on; before that it costs nothing.
/// </summary>
/// <remarks>Meters that another service in the same process made with its own factory are left alone.</remarks>
sealed class MeterCollector : IDisposable
{
    // OpenTelemetry's default for instruments that advise nothing: https://opentelemetry.io/docs/specs/otel/metrics/sdk/#explicit-bucket-histogram-aggregation
    static readonly double[] s_defaultBounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

    static readonly HashSet<string> s_onThePage = [.. RuntimeMetrics.All.Select(static one => one.Name)];

    // Of all families together; each has its own limit of series.
    const int MaximumFamilies = 2000;

    readonly Lock _gate = new();
    readonly IMeterFactory _factory;
    readonly IOptionsMonitor<VitrineOptions> _options;
    readonly Dictionary<string, Family> _byName = new(StringComparer.Ordinal);
    readonly Dictionary<(string, string?), Scope> _scopes = [];
    readonly IDisposable? _change;
    Family[] _families = [];
    MeterListener? _listener;
    bool _hasObservables;

    public MeterCollector(IMeterFactory factory, IOptionsMonitor<VitrineOptions> options)
    {
        (_factory, _options) = (factory, options);
        _change = options.OnChange(now => StartIf(now.Enabled));
        StartIf(options.CurrentValue.Enabled);
    }

    /// <summary>Writes all families.</summary>
    public void Write(ref PageWriter page, bool isOpenMetrics)
    {
        if (Volatile.Read(ref _hasObservables))
        {
            lock (_gate)
                _listener?.RecordObservableInstruments();
        }
        foreach (var family in Volatile.Read(ref _families))
            family.Write(ref page, isOpenMetrics);
    }

    void StartIf(bool enabled)
    {
        lock (_gate)
        {
            if (!enabled || _listener is not null) return;
            _listener = new() { InstrumentPublished = Published };
            _listener.SetMeasurementEventCallback<double>(static (_, value, tags, state) => ((Listening)state!).Record(value, tags));
            _listener.SetMeasurementEventCallback<float>(static (_, value, tags, state) => ((Listening)state!).Record(value, tags));
            _listener.SetMeasurementEventCallback<long>(static (_, value, tags, state) => ((Listening)state!).Record(value, tags));
            _listener.SetMeasurementEventCallback<int>(static (_, value, tags, state) => ((Listening)state!).Record(value, tags));
            _listener.SetMeasurementEventCallback<short>(static (_, value, tags, state) => ((Listening)state!).Record(value, tags));
            _listener.SetMeasurementEventCallback<byte>(static (_, value, tags, state) => ((Listening)state!).Record(value, tags));
            _listener.SetMeasurementEventCallback<decimal>(static (_, value, tags, state) => ((Listening)state!).Record((double)value, tags));
            _listener.Start();
        }
    }

    sealed record Listening(Family Family, Scope Scope, bool IsAbsolute)
    {
        public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => Family.Record(value, tags, Scope, IsAbsolute);
    }

    void Published(Instrument instrument, MeterListener listener)
    {
        // The page has the runtime's figures already, without a meter; the same name twice would make it invalid.
        if (s_onThePage.Contains(instrument.Name)) return;
        if (instrument.Meter.Scope is IMeterFactory other && !ReferenceEquals(other, _factory)) return;
        var options = _options.CurrentValue.Metrics;
        if (!options.Meters.Any(pattern => Matches(pattern, instrument.Meter.Name))) return;
        lock (_gate)
        {
            if (FamilyOf(instrument, options) is not { } family) return;
            if (instrument.IsObservable) Volatile.Write(ref _hasObservables, true);
            listener.EnableMeasurementEvents(instrument, new Listening(family, ScopeOf(instrument.Meter, options), instrument.IsObservable || IsGauge(instrument)));
        }
    }

    static bool Matches(string pattern, string name) =>
        pattern.EndsWith('*') ? name.StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.OrdinalIgnoreCase) : name.Equals(pattern, StringComparison.OrdinalIgnoreCase);

    // Two instruments whose names come out alike are one family when they are of one kind; of another kind, the later one has no place on the page.
    Family? FamilyOf(Instrument instrument, MetricsOptions options)
    {
        var kind = KindOf(instrument);
        var unit = MetricName.Unit(instrument.Unit, kind == FamilyKind.Gauge);
        var name = MetricName.Family(instrument.Name, unit, kind == FamilyKind.Counter);
        if (_byName.TryGetValue(name, out var known)) return known.Kind == kind ? known : null;
        if (_families.Length >= MaximumFamilies) return null;
        var family = new Family(kind, name, unit, instrument.Description ?? "", Bounds(instrument), options.MaximumSeries);
        _byName[name] = family;
        Volatile.Write(ref _families, [.. _families, family]);
        return family;
    }

    Scope ScopeOf(Meter meter, MetricsOptions options)
    {
        var key = options.IncludeScope ? (meter.Name, meter.Version) : ("", null);
        if (_scopes.TryGetValue(key, out var known)) return known;
        List<KeyValuePair<string, string>> labels = [];
        if (options.IncludeScope)
        {
            labels.Add(new("otel_scope_name", meter.Name));
            if (!string.IsNullOrEmpty(meter.Version)) labels.Add(new("otel_scope_version", meter.Version));
        }
        return _scopes[key] = new(labels);
    }

    static FamilyKind KindOf(Instrument instrument) => instrument switch
    {
        Histogram<double> or Histogram<float> or Histogram<long> or Histogram<int> or Histogram<short> or Histogram<byte> or Histogram<decimal> => FamilyKind.Histogram,
        Counter<double> or Counter<float> or Counter<long> or Counter<int> or Counter<short> or Counter<byte> or Counter<decimal>
            or ObservableCounter<double> or ObservableCounter<float> or ObservableCounter<long> or ObservableCounter<int> or ObservableCounter<short> or ObservableCounter<byte> or ObservableCounter<decimal>
            => FamilyKind.Counter,
        _ => FamilyKind.Gauge,
    };

    // Which says what is, and not what is added.
    static bool IsGauge(Instrument instrument) =>
        instrument is Gauge<double> or Gauge<float> or Gauge<long> or Gauge<int> or Gauge<short> or Gauge<byte> or Gauge<decimal>;

    static double[] Bounds(Instrument instrument) => instrument switch
    {
        Histogram<double> h => Advised(h.Advice),
        Histogram<float> h => Advised(h.Advice),
        Histogram<long> h => Advised(h.Advice),
        Histogram<int> h => Advised(h.Advice),
        Histogram<short> h => Advised(h.Advice),
        Histogram<byte> h => Advised(h.Advice),
        Histogram<decimal> h => Advised(h.Advice),
        _ => [],
    };

    static double[] Advised<T>(InstrumentAdvice<T>? advice) where T : struct => advice?.HistogramBucketBoundaries is { Count: > 0 } bounds
        ? [.. bounds.Select(static one => Convert.ToDouble(one, System.Globalization.CultureInfo.InvariantCulture))]
        : s_defaultBounds;

    public void Dispose()
    {
        _change?.Dispose();
        _listener?.Dispose();
    }
}
