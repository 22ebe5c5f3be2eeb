using System.Diagnostics;
using System.Diagnostics.Metrics;
using Vitrine.DotNet.Runtime;
using Vitrine.Instruments;

namespace Vitrine.DotNet.Meters;

/// <summary>
/// The runtime's figures as a meter named <c>Vitrine</c>, for whatever collects meters: OpenTelemetry's SDK with its own exporters (<c>AddMeter("Vitrine")</c>), <c>dotnet-counters</c>. While nobody listens it
/// costs nothing.
/// </summary>
/// <remarks>
/// Figures that the runtime's own meter, System.Runtime, has too have the same names and meanings here. A figure that is unknown is not reported. All instruments that are asked within
/// <see cref="SharedFor"/> answer from the same snapshot.
/// </remarks>
public sealed class RuntimeMeter : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = "Vitrine";

    /// <summary>How long a snapshot is shared: collectors ask one instrument after the other.</summary>
    public static readonly TimeSpan SharedFor = TimeSpan.FromMilliseconds(50);

    readonly Meter _meter;
    readonly RuntimeReader _reader;
    readonly Lock _gate = new();
    RuntimeSnapshot _snapshot;
    long _takenAt;

    /// <param name="reader">Takes the snapshots; it stays the caller's.</param>
    /// <param name="meters">Makes the meter, where the program has a factory for them; null for one of its own.</param>
    public RuntimeMeter(RuntimeReader reader, IMeterFactory? meters = null)
    {
        ArgumentNullException.ThrowIfNull(reader);
        _reader = reader;
        var version = typeof(RuntimeMeter).Assembly.GetName().Version?.ToString(3);
        _meter = meters?.Create(new MeterOptions(Name) { Version = version }) ?? new Meter(Name, version);
        foreach (var metric in RuntimeMetrics.Rows.GroupBy(static one => one.Name, StringComparer.Ordinal))
            Add([.. metric]);
    }

    void Add(RuntimeMetric[] metrics)
    {
        var tags = Array.ConvertAll(metrics, static one => one.Attribute is { } attribute ? new[] { new KeyValuePair<string, object?>(attribute.Key, attribute.Value) } : []);
        var first = metrics[0];
        switch (first.Kind)
        {
            case MeasurementKind.Counter: _meter.CreateObservableCounter(first.Name, Observe, first.Unit, first.Description); break;
            case MeasurementKind.UpDownCounter: _meter.CreateObservableUpDownCounter(first.Name, Observe, first.Unit, first.Description); break;
            default: _meter.CreateObservableGauge(first.Name, Observe, first.Unit, first.Description); break;
        }

        IEnumerable<Measurement<double>> Observe()
        {
            Latest(out var snapshot);
            List<Measurement<double>> known = new(metrics.Length);
            for (var i = 0; i < metrics.Length; i++)
            {
                if (snapshot[metrics[i].Field].TryGet(out var value)) known.Add(new(metrics[i].InUnit(value), tags[i]));
            }
            return known;
        }
    }

    void Latest(out RuntimeSnapshot snapshot)
    {
        lock (_gate)
        {
            if (_takenAt == 0 || Stopwatch.GetElapsedTime(_takenAt) > SharedFor)
            {
                _reader.Capture(out _snapshot);
                _takenAt = Stopwatch.GetTimestamp();
            }
            snapshot = _snapshot;
        }
    }

    /// <summary>Takes the meter away.</summary>
    public void Dispose() => _meter.Dispose();
}
