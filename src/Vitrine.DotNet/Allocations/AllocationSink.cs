using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Methods;
using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Allocations;

/// <summary>
/// Takes in the events of a session while it runs: hands them to what counts them, keeps to the budget, and collects the methods that the runtime lists at the end. Everything behind it is guarded by <see cref="Gate"/>.
/// </summary>
/// <param name="inner">Counts the events.</param>
/// <param name="methods">Gets the list of methods; null when none was asked for.</param>
/// <param name="budget">What reading may take.</param>
/// <param name="exceeded">Called once, by the reading thread, when it takes more.</param>
sealed class AllocationSink(INettraceSink inner, MethodMapBuilder? methods, ReaderBudget budget, Action exceeded) : INettraceSink
{
    // The clock of a thread costs a system call.
    const int EventsBetweenClocks = 128;

    int _events;

    /// <summary>Held while events are counted.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Events that the runtime dropped.</summary>
    public long Lost { get; private set; }

    /// <summary>Whether the budget was exceeded; no event is counted after that.</summary>
    public bool IsCutOff { get; private set; }

    /// <summary>Whether the stream has ended.</summary>
    public bool HasEnded { get; private set; }

    /// <inheritdoc/>
    public void OnEvent(in NettraceEvent e)
    {
        if (e.Provider == EventProviders.Rundown)
        {
            methods?.OnEvent(e);
            return;
        }
        if (IsCutOff) return;
        lock (Gate)
            inner.OnEvent(e);
        if (_events++ % EventsBetweenClocks == 0 && budget.IsExceeded())
        {
            lock (Gate)
                IsCutOff = true;
            exceeded();
        }
    }

    /// <inheritdoc/>
    public void OnLost(long threadId, long events)
    {
        lock (Gate)
        {
            Lost += events;
            inner.OnLost(threadId, events);
        }
    }

    /// <inheritdoc/>
    public void OnEnd(in NettraceSummary summary)
    {
        lock (Gate)
        {
            HasEnded = true;
            inner.OnEnd(summary);
        }
    }
}
