using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Vitrine.DotNet.Runtime;

namespace Vitrine.AspNetCore.Metrics;

/// <summary>
/// Listens to the meters that the options name and keeps what they report, by Prometheus' families. It begins with the first moment in which Vitrine is switched on; before that it costs nothing.
/// </summary>
/// <remarks>Meters that another service in the same process made with its own factory are left alone.</remarks>
sealed partial class MeterCollector : IDisposable
{
    // OpenTelemetry's default for instruments that advise nothing: https://opentelemetry.io/docs/specs/otel/metrics/sdk/#explicit-bucket-histogram-aggregation
    static readonly double[] s_defaultBounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

    static readonly HashSet<string> s_onThePage = [.. RuntimeMetrics.All.Select(static one => one.Name)];

    // Of all families together; each has its own limit of series.
    const int MaximumFamilies = 2000;

    readonly Lock _gate = new();
    readonly IMeterFactory _factory;
    readonly LiveOptions _options;
    readonly Dictionary<string, Family> _byName = new(StringComparer.Ordinal);
    readonly Dictionary<(string, string?), Scope> _scopes = [];
    readonly IDisposable? _change;
    Family[] _families = [];
    readonly ILogger<MeterCollector> _logger;
    readonly Counter<long> _failures;
    readonly Dictionary<(Family, Scope), int> _instruments = [];
    MeterListener? _listener;
    int _generation;
    bool _hasObservables, _hasFailed;

    public MeterCollector(IMeterFactory factory, LiveOptions options, ILogger<MeterCollector> logger)
    {
        (_factory, _options, _logger) = (factory, options, logger);
        _failures = factory.Create(MetricsOptions.OwnMeter).CreateCounter<long>("vitrine.metrics.failures", "{failure}", "Observable instruments that could not be asked for their values.");
        _change = options.OnChange(now => StartIf(now.Enabled));
        StartIf(options.Current.Enabled);
    }

    /// <summary>Writes all families.</summary>
    public void Write(ref PageWriter page, bool isOpenMetrics)
    {
        if (Volatile.Read(ref _hasObservables))
        {
            lock (_gate)
                Observe();
        }
        foreach (var family in Volatile.Read(ref _families))
            family.Write(ref page, isOpenMetrics);
    }

    // What an observable instrument does not report any more is no longer there. Of one that fails nothing is known now; the others are asked all the same.
    void Observe()
    {
        _generation++;
        try
        {
            _listener?.RecordObservableInstruments();
        }
        catch (Exception e)
        {
            _failures.Add((e as AggregateException)?.InnerExceptions.Count ?? 1);
            if (!_hasFailed) LogFailed(_logger, e);
            _hasFailed = true;
        }
        foreach (var family in _families)
            family.RemoveUnseen(_generation);
    }

    [LoggerMessage(15, LogLevel.Warning, "The callback of an observable instrument failed, and its values are not among the metrics; further failures are counted in vitrine.metrics.failures only.")]
    static partial void LogFailed(ILogger logger, Exception exception);

    void StartIf(bool enabled)
    {
        lock (_gate)
        {
            if (!enabled || _listener is not null) return;
            _listener = new() { InstrumentPublished = Published, MeasurementsCompleted = Completed };
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

    sealed record Listening(MeterCollector Collector, Family Family, Scope Scope, bool IsAbsolute, bool IsObservable)
    {
        // Observable instruments are asked under the collector's lock, which also guards the generation.
        public void Record(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) => Family.Record(value, tags, Scope, IsAbsolute, IsObservable ? Collector._generation : Series.Always);
    }

    // Its meter is disposed: when it was the last of its name and scope, its series go.
    void Completed(Instrument instrument, object? state)
    {
        if (state is not Listening { Family: var family, Scope: var scope }) return;
        lock (_gate)
        {
            if (!_instruments.Remove((family, scope), out var count)) return;
            if (count > 1)
            {
                _instruments[(family, scope)] = count - 1;
                return;
            }
            family.Remove(scope);
        }
    }

    void Published(Instrument instrument, MeterListener listener)
    {
        // The page has the runtime's figures already, without a meter; the same name twice would make it invalid.
        if (s_onThePage.Contains(instrument.Name)) return;
        if (instrument.Meter.Scope is IMeterFactory other && !ReferenceEquals(other, _factory)) return;
        var options = _options.Current.Metrics;
        if (!options.Meters.Any(pattern => Matches(pattern, instrument.Meter.Name))) return;
        lock (_gate)
        {
            if (FamilyOf(instrument, options) is not { } family) return;
            if (instrument.IsObservable) Volatile.Write(ref _hasObservables, true);
            var scope = ScopeOf(instrument.Meter, options);
            _instruments[(family, scope)] = _instruments.GetValueOrDefault((family, scope)) + 1;
            listener.EnableMeasurementEvents(instrument, new Listening(this, family, scope, instrument.IsObservable || IsGauge(instrument), instrument.IsObservable));
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
