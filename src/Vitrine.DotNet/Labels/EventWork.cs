using Vitrine.Pprof;

namespace Vitrine.DotNet.Labels;

/// <summary>
/// Joins events with what their threads worked for, by number: what a tally counts apart by. Only of this process: of another one nobody knows whose work it does. Safe for one thread that asks
/// <see cref="Of"/> and, one after the other with it, any that read.
/// </summary>
/// <param name="traces">
/// Whether trace and span are a part of it. Over a given time they are; in what grows for ever they would make every sample one of its own, so there only labels are, whose values the service chooses.
/// </param>
/// <param name="maximum">Different works that are told apart.</param>
sealed class EventWork(bool traces, int maximum = 16_384) : IDisposable
{
    readonly WorkNumbers _numbers = new(maximum);
    WorkHistory? _history;
    long _forgotten, _merged;

    /// <summary>One for a recording over a given time, which has begun to follow the work.</summary>
    /// <param name="target">The process.</param>
    /// <param name="labels">Whether labels are wanted at all.</param>
    /// <param name="traces">Whether traces are.</param>
    public static EventWork Start(IDotNetTarget target, bool labels, bool traces)
    {
        var work = new EventWork(traces);
        if (labels) work.Start(target);
        return work;
    }

    /// <summary>Begins to follow the work, when the process is this one. From here on scopes keep labels, and with traces each change of the activity costs its thread an entry.</summary>
    public void Start(IDotNetTarget target)
    {
        if (target.Port.IsSelf) _history ??= WorkHistory.Start(traces);
    }

    /// <summary>Ends it; what was joined stays. May be called again, and from any thread that adds no events any more.</summary>
    public void Stop()
    {
        if (Interlocked.Exchange(ref _history, null) is not { } history) return;
        _forgotten += history.Forgotten;
        history.Dispose();
    }

    /// <summary>The number of what a thread worked for at a time; <see cref="WorkNumbers.None"/> when that is nothing or not known.</summary>
    /// <param name="thread">The thread, by the kernel's id.</param>
    /// <param name="ticks">The time, by the clock that events have.</param>
    public int Of(long thread, long ticks) => _history is { } history && thread is > 0 and <= int.MaxValue ? _numbers.IndexOf(history.Find((int)thread, ticks)) : WorkNumbers.None;

    /// <summary>Whether a work has a trace.</summary>
    public bool HasTrace(int work) => _numbers[work].HasTrace;

    /// <summary>A work that is told apart less: without its trace, or, when it has none, none at all. For whoever has no room for more.</summary>
    public int Coarser(int work)
    {
        _merged++;
        var context = _numbers[work];
        return context.HasTrace ? _numbers.IndexOf(context.WithoutTrace()) : WorkNumbers.None;
    }

    /// <summary>The labels of each number.</summary>
    public Label[][] Labels() => [.. Enumerable.Range(0, _numbers.Count).Select(number => _numbers[number].ToLabels().ToArray())];

    /// <summary>What the reader of a profile has to know.</summary>
    public IEnumerable<string> Notes()
    {
        if (_numbers.LeftOut + _merged is > 0 and var merged) yield return $"{merged} times an event is without its trace, or without any label, because there are too many different ones.";
        if (_forgotten + (_history?.Forgotten ?? 0) is > 0 and var forgotten) yield return $"{forgotten} events have no labels: their threads changed their work more often than is kept.";
    }

    /// <inheritdoc/>
    public void Dispose() => Stop();
}
