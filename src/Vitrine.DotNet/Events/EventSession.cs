using System.Diagnostics;
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
    bool _isOver;
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
    public string CutOff => Volatile.Read(ref _cutOff);

    /// <summary>Events so far.</summary>
    public long Events => _counting.Events;

    /// <summary>What the runtime dropped; known when the session is over.</summary>
    public long Dropped => _counting.Summary.DroppedEvents;

    void INettraceSink.OnEvent(in NettraceEvent e)
    {
        if (_isOver) return;
        // A window of about a second, by the events' own clock.
        _windowEvents++;
        if (e.Ticks - _windowSince >= e.Clock.TicksPerSecond)
        {
            (_windowSince, _windowEvents) = (e.Ticks, 1);
        }
        else if (_windowEvents > _budget.EventsPerSecond)
        {
            _isOver = true;
            Volatile.Write(ref _cutOff, string.Create(CultureInfo.InvariantCulture, $"Cut off at {e.At:HH:mm:ss} UTC: more than {_budget.EventsPerSecond:N0} events in a second, which is the budget."));
            // This thread is the one that the end waits for.
            new Thread(_recording.Dispose) { IsBackground = true, Name = "vitrine cut-off" }.Start();
            return;
        }
        _sink.OnEvent(e);
    }

    /// <summary>Ends the session.</summary>
    public void Dispose() => _recording.Dispose();
}
