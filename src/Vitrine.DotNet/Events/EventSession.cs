using System.Globalization;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Events;

/// <summary>A recording of events that runs until it is ended: what continuous instruments are fed by. One that overruns its budget ends itself.</summary>
sealed class EventSession : INettraceSink, IDisposable
{
    readonly INettraceSink _sink;
    readonly EventBudget _budget;
    readonly CountingSink _counting;
    readonly EventRecording _recording;
    long _windowSince, _windowEvents;
    string _cutOff = "";

    EventSession(IDotNetTarget target, IReadOnlyList<EventProvider> providers, INettraceSink sink, EventBudget budget)
    {
        (_sink, _budget) = (sink, budget);
        _counting = new(this);
        _recording = EventRecording.Start(target.Port, new() { Providers = providers, BufferMegabytes = budget.BufferMegabytes, MaximumBytes = budget.MaximumBytes, Live = _counting });
    }

    /// <summary>Starts a session.</summary>
    /// <exception cref="Instruments.InstrumentUnavailableException">The runtime cannot be reached.</exception>
    public static EventSession Start(IDotNetTarget target, IReadOnlyList<EventProvider> providers, INettraceSink sink, EventBudget budget) => new(target, providers, sink, budget);

    /// <summary>Why it has ended by itself, as a sentence; empty while it runs.</summary>
    public string CutOff =>
        Volatile.Read(ref _cutOff) is { Length: > 0 } overrun ? overrun
        : _recording.Problem is { Length: > 0 } problem ? $"The reading of events has ended: {problem}."
        : _recording.HasEnded ? "The runtime has ended the session."
        : "";

    /// <summary>Events so far.</summary>
    public long Events => _counting.Events;

    void INettraceSink.OnEvent(in NettraceEvent e)
    {
        // A window of about a second, by the events' own clock.
        _windowEvents++;
        if (e.Ticks - _windowSince >= e.Clock.TicksPerSecond)
        {
            (_windowSince, _windowEvents) = (e.Ticks, 1);
        }
        else if (_windowEvents > _budget.EventsPerSecond)
        {
            Volatile.Write(ref _cutOff, string.Create(CultureInfo.InvariantCulture, $"Cut off at {e.At:HH:mm:ss} UTC: more than {_budget.EventsPerSecond:N0} events in a second, which is the budget."));
            throw new RecordingOverException("there were more events than the budget allows");
        }
        _sink.OnEvent(e);
    }

    void INettraceSink.OnLost(long threadId, long events) => _sink.OnLost(threadId, events);

    void INettraceSink.OnEnd(in NettraceSummary summary) => _sink.OnEnd(summary);

    /// <summary>Ends the session.</summary>
    public void Dispose() => _recording.Dispose();
}
