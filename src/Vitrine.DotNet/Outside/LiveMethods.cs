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
    int _known;

    LiveMethods(MethodMap map, Sink? sink, EventRecording? recording, string problem)
    {
        Map = map;
        _sink = sink;
        _recording = recording;
        Problem = problem;
    }

    /// <summary>What is known now.</summary>
    public MethodMap Map { get; private set; }

    /// <summary>Why nothing, or not all, is known; empty when all is.</summary>
    public string Problem { get; }

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
        catch (InstrumentUnavailableException e)
        {
            recording?.Dispose();
            return new(MethodMap.Empty, null, null, $"{e.Message} {e.Advice}".TrimEnd());
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
            if (_sink.Builder.Count == _known)
                return false;
            _known = _sink.Builder.Count;
            Map = Map.With(_sink.Builder);
            return true;
        }
    }

    /// <summary>Ends the session and takes in the last of it.</summary>
    public void Stop()
    {
        _recording?.Stop();
        Refresh();
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
