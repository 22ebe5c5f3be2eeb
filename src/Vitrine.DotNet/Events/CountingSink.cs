using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Methods;
using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Events;

/// <summary>Hands events on, counts them, and leaves out those whose fields are not what their number promises: one bad event is no reason to lose the others.</summary>
/// <param name="inner">Gets the events.</param>
/// <param name="methods">Gets the list of methods at the end instead; null when none is asked for.</param>
sealed class CountingSink(INettraceSink inner, MethodMapBuilder? methods = null) : INettraceSink
{
    long _events, _malformed;

    /// <summary>Events so far, the list of methods left out.</summary>
    public long Events => Volatile.Read(ref _events);

    /// <summary>Events that could not be read.</summary>
    public long Malformed => Volatile.Read(ref _malformed);

    /// <summary>The clock that the events have; null before the first.</summary>
    public NettraceClock? Clock { get; private set; }

    /// <summary>What is said of the stream at its end.</summary>
    public NettraceSummary Summary { get; private set; }

    public void OnEvent(in NettraceEvent e)
    {
        if (e.Provider == EventProviders.Rundown)
        {
            methods?.OnEvent(e);
            return;
        }
        Volatile.Write(ref _events, _events + 1);
        Clock ??= e.Clock;
        try
        {
            inner.OnEvent(e);
        }
        catch (BadNettraceException)
        {
            Volatile.Write(ref _malformed, _malformed + 1);
            // What it would have said is as unknown as that of one that never came.
            inner.OnLost(e.ThreadId, 1);
        }
    }

    public void OnLost(long threadId, long events) => inner.OnLost(threadId, events);

    public void OnEnd(in NettraceSummary summary)
    {
        Summary = summary;
        inner.OnEnd(summary);
    }
}
