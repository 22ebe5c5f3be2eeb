using System.Globalization;
using Vitrine.Agent.Json;
using Vitrine.Go;
using Vitrine.Go.Probes.Panics;
using Vitrine.Instruments;

namespace Vitrine.Agent.Recorder;

/// <summary>Panics and fatal errors: one event when they begin, one when their end is known.</summary>
sealed class PanicSource : IEventSource
{
    readonly GoTarget target;
    readonly RecorderOptions options;
    readonly PanicWatch watch;
    FlightRecorder? recorder;

    public PanicSource(GoTarget target, RecorderOptions options, double budget)
    {
        this.target = target;
        this.options = options;
        watch = PanicWatch.Start(target, new PanicOptions { Budget = budget, MaxKept = 1_000, OnBegin = Began, OnSettled = Ended });
    }

    public string Name => "panic";

    public Task Run(FlightRecorder recorder, CancellationToken cancellation)
    {
        this.recorder = recorder;
        return watch.Run(TimeSpan.Zero, cancellation);
    }

    public ProbeReport Report() => watch.Report();

    ProbeReport? IEventSource.Report() => Report();

    public void Dispose()
    {
        watch.Dispose();
        target.Dispose();
    }

    void Began(PanicRecord record)
    {
        recorder!.Events.Add(RecordedEvent.Of(record.At, Name, PanicsJson.KindText(record.Kind), json => PanicsJson.WriteFields(json, record)));
        if (options.Trigger(TriggerKind.Panic) is { } trigger)
            recorder.Fire(trigger, Describe(record));
    }

    void Ended(PanicRecord record)
    {
        recorder!.Events.Add(RecordedEvent.Of(DateTimeOffset.UtcNow, Name, "end", json =>
        {
            json.WriteNumber("number", record.Number);
            json.WriteString("outcome", record.Outcome.ToString().ToLowerInvariant());
        }));
        if (record.Outcome == PanicOutcome.Uncaught && options.Trigger(TriggerKind.Crash) is { } trigger)
            recorder.Fire(trigger, Describe(record));
    }

    static string Describe(PanicRecord record) => string.Create(CultureInfo.InvariantCulture,
        $"{(record.Type.TryGet(out var type) && type.Length > 0 ? type + ": " : "")}{(record.Message.TryGet(out var message) ? message : "message unknown")} (goroutine {record.Goroutine})");
}
