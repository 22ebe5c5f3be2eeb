using System.Diagnostics;
using System.Globalization;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Methods;
using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Events;

/// <summary>Watches a process's own events for a time, within a budget: the part that all instruments over events have in common.</summary>
static class EventWatch
{
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>Watches. The session is gone afterwards, however it ended.</summary>
    /// <param name="target">The process.</param>
    /// <param name="providers">What to ask for.</param>
    /// <param name="sink">Gets the events, on a thread of its own, in the order of their times.</param>
    /// <param name="duration">How long.</param>
    /// <param name="budget">What it may cost; beyond, the watch is ended early.</param>
    /// <param name="withMethods">Whether the runtime lists its methods at the end, for the names of stacks.</param>
    /// <param name="stop">Ends the watch early and in order.</param>
    /// <exception cref="Instruments.InstrumentUnavailableException">The runtime cannot be reached.</exception>
    public static EventWatchEnd Run(
        IDotNetTarget target, IReadOnlyList<EventProvider> providers, INettraceSink sink, TimeSpan duration, EventBudget budget, bool withMethods, CancellationToken stop)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        var methods = withMethods ? new MethodMapBuilder(target.Port) : null;
        var counting = new CountingSink(sink, methods);
        var startedAt = DateTimeOffset.UtcNow;
        using var recording = EventRecording.Start(target.Port, new()
        {
            Providers = providers, BufferMegabytes = budget.BufferMegabytes, MaximumBytes = budget.MaximumBytes, Live = counting, Stacks = withMethods,
            Rundown = withMethods, RundownKeywords = MethodMapBuilder.RundownKeywords(),
        });
        var cutOff = Wait(recording, counting, duration, budget, stop);
        var targetEnded = recording.HasEnded && recording.Problem.Length == 0;
        var end = recording.Stop();
        return new(startedAt, end, counting.Summary, counting.Clock, counting.Events, counting.Malformed, cutOff, targetEnded, methods?.Build() ?? MethodMap.Empty);
    }

    /// <summary>Waits, and says why the wait was cut short when it was.</summary>
    static string Wait(EventRecording recording, CountingSink counting, TimeSpan duration, EventBudget budget, CancellationToken stop)
    {
        var clock = Stopwatch.StartNew();
        var (since, before) = (TimeSpan.Zero, 0L);
        while (clock.Elapsed < duration && !stop.IsCancellationRequested)
        {
            var left = duration - clock.Elapsed;
            if (!recording.Wait(left < Second ? left : Second, stop) || recording.Problem.Length > 0) return "";
            var (now, events) = (clock.Elapsed, counting.Events);
            if (events - before > budget.EventsPerSecond * Math.Max(1, (now - since).TotalSeconds))
            {
                return string.Create(CultureInfo.InvariantCulture,
                    $"Cut off after {now.TotalSeconds:0.0} s of {duration.TotalSeconds:0.0} s: {(events - before) / (now - since).TotalSeconds:N0} events a second, the budget is {budget.EventsPerSecond:N0}.");
            }
            (since, before) = (now, events);
        }
        return "";
    }
}
