using Vitrine.Linux.Kernel;

namespace Vitrine.Agent.Audit.Watching;

/// <summary>Watches for debuggers: through the kernel where that is allowed, else by looking again and again.</summary>
sealed class DebuggerWatch : IDisposable
{
    static readonly TimeSpan s_longestWait = TimeSpan.FromMilliseconds(200);

    readonly IDebuggerSource _source;
    readonly IReadOnlySet<int> _targets;
    readonly TimeProvider _time;
    readonly Dictionary<DebuggerEventKind, int> _counts = [];
    readonly HashSet<(int Tracer, int Target)> _found = [];
    TimeSpan? _slowest;

    /// <param name="source">How debuggers are seen.</param>
    /// <param name="targets">The processes that matter; empty for all.</param>
    /// <param name="time">The clock.</param>
    public DebuggerWatch(IDebuggerSource source, IReadOnlySet<int> targets, TimeProvider time) => (_source, _targets, _time) = (source, targets, time);

    /// <summary>How it sees, a clause for people.</summary>
    public string How => _source.How;

    /// <summary>The best way that there is here.</summary>
    /// <param name="every">Time between two looks, where looking is the way.</param>
    /// <param name="whyNot">Why it is not the kernel; null when it is.</param>
    public static IDebuggerSource Choose(TimeSpan every, out string? whyNot)
    {
        try
        {
            whyNot = null;
            return new KernelSource();
        }
        catch (KernelRefusalException refused)
        {
            whyNot = refused.Message;
            return new PollingSource(every, TimeProvider.System);
        }
    }

    /// <summary>Watches until the time is over or the watch is cancelled.</summary>
    /// <param name="duration">How long; zero is until it is cancelled.</param>
    /// <param name="seen">Takes each event as it is seen.</param>
    /// <param name="cancellation">Ends it in order.</param>
    public DebuggerWatchResult Run(TimeSpan duration, Action<DebuggerEvent> seen, CancellationToken cancellation)
    {
        var began = _time.GetTimestamp();
        try
        {
            // The source watches already: what comes during this look is told by both, and counted once.
            foreach (var (tracer, target) in TracedProcesses.Look(new HashSet<string>(), cancellation).Pairs)
            {
                _found.Add((tracer, target));
                var who = TracedProcesses.Describe(tracer);
                Take(new DebuggerEvent { Kind = DebuggerEventKind.Found, At = _time.GetUtcNow(), TracerPid = tracer, TracerName = who.Name, TracerUid = who.Uid, TargetPid = target, TargetName = TracedProcesses.Describe(target).Name }, seen);
            }
            while (!cancellation.IsCancellationRequested && (duration == TimeSpan.Zero || _time.GetElapsedTime(began) < duration))
            {
                var left = duration == TimeSpan.Zero ? s_longestWait : duration - _time.GetElapsedTime(began);
                _source.Wait(left < s_longestWait && left > TimeSpan.Zero ? left : s_longestWait, one => Take(one, seen), cancellation);
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // The summary is what was asked for.
        }
        return new DebuggerWatchResult { Watched = _time.GetElapsedTime(began), Source = _source.Name, Counts = _counts, SlowestSeen = _slowest, Lost = _source.Lost };
    }

    void Take(DebuggerEvent one, Action<DebuggerEvent> seen)
    {
        if (_targets.Count > 0 && one.TargetPid is { } target && !_targets.Contains(target))
            return;
        if (one.Kind == DebuggerEventKind.Attached && _found.Contains((one.TracerPid, one.TargetPid ?? 0)))
            return;
        if (one.Kind == DebuggerEventKind.Detached)
            _found.Remove((one.TracerPid, one.TargetPid ?? 0));
        _counts[one.Kind] = _counts.GetValueOrDefault(one.Kind) + 1;
        if (one.SeenAfter is { } after && (_slowest is null || after > _slowest))
            _slowest = after;
        seen(one);
    }

    public void Dispose() => _source.Dispose();
}
