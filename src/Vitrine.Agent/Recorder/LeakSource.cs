using System.Diagnostics;
using System.Globalization;
using Vitrine.Go;
using Vitrine.Insight.Findings;
using Vitrine.Insight.Leaks;
using Vitrine.Instruments;

namespace Vitrine.Agent.Recorder;

/// <summary>Looks at the goroutines every few seconds, as <c>vitrine leaks</c> does, and says when a group leaks.</summary>
/// <param name="target">A view of the target.</param>
/// <param name="trigger">What fires when a group leaks.</param>
/// <param name="every">Time between two looks.</param>
sealed class LeakSource(GoTarget target, RecorderTrigger trigger, TimeSpan every) : IEventSource
{
    /// <summary>The usual time between two looks.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(3);

    /// <summary>A verdict needs some observations; each is taken anew when so many have come.</summary>
    const int Conclude = 10;

    /// <summary>How long it takes until there can be a verdict.</summary>
    public static TimeSpan Least => Every * Conclude;

    /// <summary>Then a new series begins: what one holds in memory is bounded, and a leak goes on.</summary>
    const int Longest = 200;

    readonly HashSet<GroupKey> told = [];

    public string Name => "leak";

    public ReadingBill Reading { get; } = new();

    ReadingBill? IEventSource.Reading => Reading;

    public async Task Run(FlightRecorder recorder, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var watch = New();
        while (!cancellation.IsCancellationRequested)
        {
            var dump = Reading.Of(() => target.ReadGoroutines(cancellation: CancellationToken.None));
            watch.Observe(DumpObservation.Of(dump, Stopwatch.GetElapsedTime(started)));
            recorder.Events.Add(RecordedEvent.Of(dump.CapturedAt, Name, "look", json => json.WriteNumber("goroutines", dump.Count)));
            if (watch.Observations % Conclude == 0)
            {
                var holders = HolderSearcher.Search(target, dump, watch.Candidates(), CancellationToken.None);
                foreach (var group in watch.Conclude(holders).Groups.Where(static group => group.Finding.Verdict == Verdict.Fault))
                    Tell(recorder, group);
                if (watch.Observations >= Longest)
                    watch = New();
            }
            await Task.Delay(every, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        LeakWatch New() => new(target: target.Pid.ToString(CultureInfo.InvariantCulture));
    }

    public void Dispose() => target.Dispose();

    void Tell(FlightRecorder recorder, LeakGroupReport group)
    {
        if (!told.Add(group.Key))
            return;
        var text = group.Finding.Title;
        recorder.Events.Add(RecordedEvent.Of(DateTimeOffset.UtcNow, Name, "leak", json =>
        {
            json.WriteString("finding", text);
            json.WriteString("blockedAt", group.Key.BlockedAt.ToString());
            if (group.Key.CreatedBy is { } creator)
                json.WriteString("createdBy", creator.ToString());
            json.WriteString("state", group.Key.State);
        }));
        recorder.Fire(trigger, text);
    }
}
