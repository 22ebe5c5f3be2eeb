using Vitrine.Agent.Audit.Facts;
using Vitrine.Agent.Show;

namespace Vitrine.Agent.Audit.Watching;

/// <summary>Sees debuggers without any privilege, by looking again and again. One that comes and goes between two looks is not seen.</summary>
sealed class PollingSource : IDebuggerSource
{
    /// <summary>The share of one processor that looking may take: on a machine with many processes the looks get rarer.</summary>
    const double MostShare = 0.05;

    readonly TimeSpan _every;
    readonly TimeProvider _time;
    readonly HashSet<string> _names = [.. DebuggerTool.CommandNames];
    TracedProcesses? _before;
    long _lastLook;
    TimeSpan _pause;

    /// <param name="every">Time between two looks.</param>
    /// <param name="time">The clock.</param>
    public PollingSource(TimeSpan every, TimeProvider time) => (_every, _time, _pause) = (every, time, every);

    public string Name => "polling";

    public string How => $"by a look at every process each {Units.Duration(_every)}, or more rarely where that would take more than 5 % of a processor; what comes and goes in between is not seen";

    public long Lost => 0;

    public void Wait(TimeSpan most, Action<DebuggerEvent> seen, CancellationToken cancellation)
    {
        if (_before is not null && cancellation.WaitHandle.WaitOne(_pause < most ? _pause : most))
            return;
        if (_before is not null && _time.GetElapsedTime(_lastLook) < _pause)
            return;
        var began = _time.GetTimestamp();
        var now = TracedProcesses.Look(_names, cancellation);
        var spent = _time.GetElapsedTime(began);
        var since = _before is null ? (TimeSpan?)null : _time.GetElapsedTime(_lastLook, began) + spent;
        if (_before is { } before)
            Compare(before, now, since, seen);
        (_before, _lastLook) = (now, began);
        _pause = TimeSpan.FromTicks(Math.Max(_every.Ticks, (long)(spent.Ticks / MostShare)));
    }

    void Compare(TracedProcesses before, TracedProcesses now, TimeSpan? since, Action<DebuggerEvent> seen)
    {
        foreach (var (identity, name) in now.Debuggers)
            if (!before.Debuggers.ContainsKey(identity))
                seen(new DebuggerEvent { Kind = DebuggerEventKind.Started, At = _time.GetUtcNow(), SeenAfter = since, TracerPid = identity.Pid, TracerName = name, TracerUid = TracedProcesses.Describe(identity.Pid).Uid });
        foreach (var pair in now.Pairs.Except(before.Pairs))
            seen(Event(DebuggerEventKind.Attached, pair, since));
        foreach (var pair in before.Pairs.Except(now.Pairs))
            seen(Event(DebuggerEventKind.Detached, pair, since));
    }

    DebuggerEvent Event(DebuggerEventKind kind, (int Tracer, int Target) pair, TimeSpan? since)
    {
        var tracer = TracedProcesses.Describe(pair.Tracer);
        return new DebuggerEvent { Kind = kind, At = _time.GetUtcNow(), SeenAfter = since, TracerPid = pair.Tracer, TracerName = tracer.Name, TracerUid = tracer.Uid, TargetPid = pair.Target, TargetName = TracedProcesses.Describe(pair.Target).Name };
    }

    public void Dispose()
    {
    }
}
