using Vitrine.Go.Memory;
using Vitrine.Instruments;

namespace Vitrine.Go.Scheduler;

/// <summary>The instrument <c>sched</c>: the scheduler's counters and queue lengths, read from the memory of a Go process.</summary>
public sealed class SchedulerInstrument : IMeasurementInstrument
{
    /// <inheritdoc/>
    public string Name => "sched";

    /// <inheritdoc/>
    public string Description => "what GODEBUG=schedtrace prints, without setting it";

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Reads;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target)
    {
        if (target is not GoTarget go)
            return Availability.No("Only a Go process has this scheduler.");
        Known<ulong> address = RuntimeViews.Of(go).AddressOf("runtime.sched");
        return address.IsKnown ? Availability.Yes : Availability.No($"Where the runtime keeps its scheduler is not known: {address.Reason}.");
    }

    /// <inheritdoc/>
    public Look<IReadOnlyList<Measurement>> Collect(ITarget target, CancellationToken cancellation)
    {
        if (target is not GoTarget go)
            throw new InstrumentUnavailableException("sched needs a Go process.");
        Look<SchedulerSnapshot> look = SchedulerReader.Read(go);
        SchedulerSnapshot s = look.Result;
        List<Measurement> measurements =
        [
            Gauge("go.sched.gomaxprocs", "{thread}", s.GoMaxProcs),
            Gauge("go.sched.procs.idle", "{processor}", s.IdleProcs),
            Gauge("go.sched.threads", "{thread}", s.Threads),
            Gauge("go.sched.threads.spinning", "{thread}", s.SpinningThreads),
            Gauge("go.sched.threads.idle", "{thread}", s.IdleThreads),
            Gauge("go.sched.runqueue.global", "{goroutine}", s.RunQueue),
            Gauge("go.sched.runnable", "{goroutine}", s.Runnable),
            Gauge("go.goroutine.count", "{goroutine}", s.NumGoroutine),
        ];
        if (s.Processors.TryGet(out IReadOnlyList<ProcessorState>? processors))
        {
            foreach (ProcessorState p in processors)
            {
                KeyValuePair<string, string>[] attributes = [new("processor", p.Id.ToString(System.Globalization.CultureInfo.InvariantCulture))];
                Provenance provenance = s.Processors.Provenance;
                measurements.Add(new("go.sched.runqueue", "{goroutine}", MeasurementKind.Gauge, Known<double>.Of(p.RunQueueLength, provenance), attributes));
                measurements.Add(new("go.sched.timers", "{timer}", MeasurementKind.Gauge, Known<double>.Of(p.Timers, provenance), attributes));
            }
        }
        return new Look<IReadOnlyList<Measurement>>(measurements, look.CapturedAt, look.Duration, look.Consistency, look.Notes);
    }

    static Measurement Gauge(string name, string unit, Known<int> value) =>
        new(name, unit, MeasurementKind.Gauge, value.Select(v => (double)v), []);
}
