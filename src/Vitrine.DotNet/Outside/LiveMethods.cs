using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Methods;
using Vitrine.DotNet.Nettrace;
using Vitrine.Instruments;

namespace Vitrine.DotNet.Outside;

/// <summary>
/// The methods of a process while it runs: its whole list at the beginning, then what its JIT compiles, as it does. Without a diagnostics port there are none, with the reason.
/// </summary>
sealed class LiveMethods : IDisposable
{
    readonly Sink? _sink;
    readonly EventRecording? _recording;
    long _known;

    LiveMethods(MethodMap map, Sink? sink, EventRecording? recording, string problem)
    {
        Map = map;
        _sink = sink;
        _recording = recording;
        Problem = problem;
        Gaps = map.Gaps;
    }

    /// <summary>None, without asking the process for anything.</summary>
    public static LiveMethods NotAskedFor { get; } = new(MethodMap.Empty, null, null, "they were not asked for.");

    /// <summary>What is known now.</summary>
    public MethodMap Map { get; private set; }

    /// <summary>Why nothing is known; empty when something is.</summary>
    public string Problem { get; }

    /// <summary>What is known to be missing, as a clause; complete after <see cref="Stop"/>. Empty when nothing is.</summary>
    public string Gaps { get; private set; }

    /// <summary>Begins to follow a process.</summary>
    public static LiveMethods Follow(DiagnosticPort port)
    {
        Sink? sink = null;
        EventRecording? recording = null;
        try
        {
            // First the events, then the list: what is compiled in between is in both rather than in none.
            sink = new Sink(new MethodMapBuilder(port));
            recording = EventRecording.Start(port, new() { Providers = [MethodMapBuilder.Live], Stacks = false, Live = sink });
            return new(MethodMap.Capture(port), sink, recording, "");
        }
        catch (Exception e)
        {
            // Whatever it was: a session that nobody ends goes on in the process for as long as vitrine runs.
            recording?.Dispose();
            if (e is InstrumentUnavailableException refused)
                return new(MethodMap.Empty, null, null, $"{refused.Message} {refused.Advice}".TrimEnd());
            throw;
        }
    }

    /// <summary>Takes in what was compiled since.</summary>
    /// <returns>Whether there was something.</returns>
    public bool Refresh()
    {
        if (_sink is null)
            return false;
        lock (_sink)
        {
            // Not the count: code that takes the place of other code does not change it.
            if (_sink.Builder.Changes == _known)
                return false;
            _known = _sink.Builder.Changes;
            Map = Map.With(_sink.Builder);
            return true;
        }
    }

    /// <summary>Ends the session and takes in the last of it.</summary>
    public void Stop()
    {
        if (_recording is null || _sink is null)
            return;
        var end = _recording.Stop();
        Refresh();
        lock (_sink)
        {
            Gaps = string.Join("; ", ((string[])[
                Gaps, _sink.Builder.Gaps, end.Problem, end.DroppedEvents > 0 ? $"the runtime dropped {end.DroppedEvents} events" : ""]).Where(static gap => gap.Length > 0));
        }
    }

    public void Dispose() => _recording?.Dispose();

    /// <summary>Events come on a thread of their own.</summary>
    sealed class Sink(MethodMapBuilder builder) : INettraceSink
    {
        public MethodMapBuilder Builder { get; } = builder;

        public void OnEvent(in NettraceEvent e)
        {
            lock (this)
                Builder.OnEvent(e);
        }
    }
}
