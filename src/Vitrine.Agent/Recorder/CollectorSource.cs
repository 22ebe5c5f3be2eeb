using System.Globalization;
using System.Text.Json;
using Vitrine.Go;
using Vitrine.Go.Probes.Collector;
using Vitrine.Instruments;

namespace Vitrine.Agent.Recorder;

/// <summary>Collections and stops of the world, those that somebody else causes too.</summary>
sealed class CollectorSource : IEventSource
{
    readonly GoTarget target;
    readonly RecorderTrigger? trigger;
    readonly GcWatch watch;
    FlightRecorder? recorder;

    public CollectorSource(GoTarget target, RecorderOptions options, double budget)
    {
        this.target = target;
        trigger = options.Trigger(TriggerKind.GcPause);
        // Assists are the one hot spot of the collector; the recorder is to be left on for days.
        watch = GcWatch.Open(target, new GcWatchOptions { Budget = budget, Assists = false, MaxKept = 100 });
        watch.StopSeen += Stopped;
        watch.CycleSeen += Collected;
        watch.Start();
    }

    public string Name => "gc";

    public Task Run(FlightRecorder recorder, CancellationToken cancellation)
    {
        this.recorder = recorder;
        return watch.Run(TimeSpan.Zero, null, cancellation);
    }

    public ProbeReport Report() => watch.Report();

    ProbeReport? IEventSource.Report() => Report();

    public void Dispose()
    {
        watch.Dispose();
        target.Dispose();
    }

    void Stopped(StopTheWorld stop)
    {
        recorder!.Events.Add(RecordedEvent.Of(stop.StartedAt, Name, "stop", json =>
        {
            json.WriteString("reason", stop.Reason);
            json.WriteString("cause", stop.Cause.ToString());
            json.WriteNumber("durationNs", stop.DurationNs);
            json.WriteNumber("goroutine", stop.Goroutine);
        }));
        if (trigger is not null && stop.Cause != StopCause.Other && stop.DurationNs > trigger.Above.TotalNanoseconds)
            recorder.Fire(trigger, string.Create(CultureInfo.InvariantCulture, $"{stop.Reason} stopped the world for {stop.DurationNs / 1e6:0.0##} ms"));
    }

    void Collected(GcCycle cycle) => recorder!.Events.Add(RecordedEvent.Of(cycle.StartedAt, Name, "cycle", json =>
    {
        Write(json, "number", cycle.Number);
        json.WriteString("trigger", cycle.Trigger.ToString());
        Write(json, "sweepTerminationPauseNs", cycle.SweepTerminationPauseNs);
        Write(json, "markTerminationPauseNs", cycle.MarkTerminationPauseNs);
        Write(json, "heapBeforeBytes", cycle.HeapBeforeBytes.Select(static bytes => (long)bytes));
        Write(json, "heapAfterBytes", cycle.HeapAfterBytes.Select(static bytes => (long)bytes));
        Write(json, "goalBytes", cycle.GoalBytes.Select(static bytes => (long)bytes));
    }));

    static void Write(Utf8JsonWriter json, string name, Known<long> figure)
    {
        if (figure.TryGet(out var value))
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }
}
