using System.Diagnostics;
using Vitrine.Instruments;

namespace Vitrine.DotNet.Runtime;

/// <summary>
/// The runtime's own figures as measurements: <c>runtime</c> has all of them, <c>memstats</c> those of memory and its collector. A list of measurements costs what
/// a list costs; whoever looks often uses <see cref="RuntimeReader"/> and the writers, which allocate nothing.
/// </summary>
public sealed class RuntimeInstrument : IMeasurementInstrument
{
    readonly RuntimeReader _reader;
    readonly bool _memoryOnly;

    RuntimeInstrument(string name, string description, RuntimeReader reader, bool memoryOnly)
    {
        ArgumentNullException.ThrowIfNull(reader);
        (Name, Description, _reader, _memoryOnly) = (name, description, reader, memoryOnly);
    }

    /// <summary><c>runtime</c>: GC, heap, thread pool, locks, timers, JIT, CPU and memory.</summary>
    public static RuntimeInstrument Runtime(RuntimeReader reader) =>
        new("runtime", "GC, heap, thread pool, locks, timers, JIT, CPU and memory of this process", reader, memoryOnly: false);

    /// <summary><c>memstats</c>: memory and its collector.</summary>
    public static RuntimeInstrument MemStats(RuntimeReader reader) =>
        new("memstats", "memory of this process and its garbage collector", reader, memoryOnly: true);

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Description { get; }

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Reads;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) => SelfTarget.AvailabilityOf(target);

    /// <inheritdoc/>
    public Look<IReadOnlyList<Measurement>> Collect(ITarget target, CancellationToken cancellation)
    {
        SelfTarget.Require(target, Name);
        cancellation.ThrowIfCancellationRequested();
        var begun = Stopwatch.GetTimestamp();
        _reader.Capture(out var snapshot);
        var took = Stopwatch.GetElapsedTime(begun);
        List<Measurement> measurements = [];
        var known = 0;
        foreach (var metric in RuntimeMetrics.Rows)
        {
            if (_memoryOnly && !metric.IsMemory) continue;
            measurements.Add(ToMeasurement(metric, snapshot[metric.Field]));
            if (snapshot[metric.Field].IsKnown) known++;
        }
        return new(measurements, snapshot.CapturedAt, took, new() { Total = measurements.Count, Accepted = known, SkewMs = took.TotalMilliseconds },
            ["The figures are read one after the other, within the look's duration; the runtime has no instant at which all of them belong together."]);
    }

    static Measurement ToMeasurement(RuntimeMetric metric, RuntimeValue value) => new(
        metric.Name, metric.Unit, metric.Kind,
        value.TryGet(out var number)
            ? Known<double>.Of(metric.InUnit(number), Provenance.Read(metric.Source))
            : Known<double>.Unknown(value.Why.Text(), Provenance.Read(metric.Source)),
        metric.Attribute is { } attribute ? [attribute] : []);
}
