using System.Globalization;
using Vitrine.Go;
using Vitrine.Go.Probes.Http;
using Vitrine.Instruments;
using Vitrine.Linux.Kernel;

namespace Vitrine.Agent.Recorder;

/// <summary>
/// Requests of a server: those that took long, or failed, one by one; the others as a count each second. A busy server ends more requests in a minute than there is room
/// for, and they would push out what matters.
/// </summary>
sealed class RequestSource : IEventSource
{
    /// <summary>A request is told when it takes a tenth of the limit: what led to the slow one is of interest too.</summary>
    const int Share = 10;

    const int ServerError = 500;

    static readonly TimeSpan CountEvery = TimeSpan.FromSeconds(1);

    readonly GoTarget target;
    readonly RecorderTrigger trigger;
    readonly HttpWatch watch;
    readonly MonotonicClock clock = MonotonicClock.Tie();
    FlightRecorder? recorder;
    DateTimeOffset counted = DateTimeOffset.UtcNow;
    long finished;

    public RequestSource(GoTarget target, RecorderTrigger trigger, double budget)
    {
        this.target = target;
        this.trigger = trigger;
        watch = HttpWatch.Open(target, new HttpWatchOptions { Budget = budget, MostRequests = 0, OnFinished = Finished });
    }

    public string Name => "request";

    public Task Run(FlightRecorder recorder, CancellationToken cancellation)
    {
        this.recorder = recorder;
        return watch.Run(TimeSpan.Zero, Count, cancellation);
    }

    public ProbeReport Report() => watch.Report().Probes;

    ProbeReport? IEventSource.Report() => Report();

    public void Dispose()
    {
        watch.Dispose();
        target.Dispose();
    }

    void Finished(HttpRequest request)
    {
        finished++;
        var duration = request.DurationNs is { } ns ? TimeSpan.FromTicks(ns / 100) : TimeSpan.Zero;
        if (duration < trigger.Above / Share && !(request.Status >= ServerError) && request.Outcome != HttpOutcome.Aborted)
            return;
        recorder!.Events.Add(RecordedEvent.Of(clock.ToWallClock(request.StartedNs ?? request.EndedNs), Name, "request", json =>
        {
            json.WriteString("method", request.Line.Method);
            json.WriteString("path", request.Line.Path);
            json.WriteString("route", request.Route.Template);
            if (request.Status is { } status)
                json.WriteNumber("status", status);
            else
                json.WriteNull("status");
            json.WriteString("outcome", request.Outcome.ToString().ToLowerInvariant());
            if (request.DurationNs is { } known)
                json.WriteNumber("durationNs", known);
            else
                json.WriteNull("durationNs");
            json.WriteNumber("goroutine", request.GoroutineId);
        }));
        if (duration > trigger.Above)
            recorder.Fire(trigger, string.Create(CultureInfo.InvariantCulture, $"{request.Line.Method} {request.Line.Path} took {duration.TotalMilliseconds:0.#} ms (goroutine {request.GoroutineId})"));
    }

    void Count()
    {
        var now = DateTimeOffset.UtcNow;
        if (now - counted < CountEvery)
            return;
        var (many, since) = (finished, counted);
        (finished, counted) = (0, now);
        recorder!.Events.Add(RecordedEvent.Of(now, Name, "finished", json =>
        {
            json.WriteNumber("count", many);
            json.WriteNumber("withinMs", (now - since).TotalMilliseconds);
        }));
    }
}
