using Vitrine.Agent.Audit.Facts;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Tracers;

namespace Vitrine.Agent.Audit.Watching;

/// <summary>Sees debuggers through the kernel, at the moment they attach (<see cref="TracerWatch"/>).</summary>
sealed class KernelSource : IDebuggerSource
{
    /// <summary>Pairs of debugger and process that are remembered: a debugger attaches to each thread, and is told once.</summary>
    const int MostPairs = 4096;

    readonly TracerWatch _watch;
    readonly MonotonicClock _clock = MonotonicClock.Tie();
    readonly HashSet<(int Tracer, int Target)> _pairs = [];
    Action<DebuggerEvent>? _seen;

    /// <summary>Begins to watch.</summary>
    /// <exception cref="KernelRefusalException">A privilege is missing, or the kernel cannot do it.</exception>
    public KernelSource() => _watch = TracerWatch.Start(DebuggerTool.CommandNames, Take);

    public string Name => "kernel";

    public string How => "by two BPF programs of the kernel, at the end of the system call ptrace (which slows every system call of the machine a little) and at the start of programs: at once";

    public long Lost => _watch.Lost;

    public void Wait(TimeSpan most, Action<DebuggerEvent> seen, CancellationToken cancellation)
    {
        _seen = seen;
        _watch.Poll(most);
    }

    void Take(TracerEvent told)
    {
        if (told.Kind == TracerEventKind.Started)
        {
            Tell(told, DebuggerEventKind.Started, null);
            return;
        }
        var target = told.TargetThread is { } thread ? ProcessOf(thread) : null;
        if (told.Kind == TracerEventKind.Attached)
        {
            if (_pairs.Count >= MostPairs)
                _pairs.Clear();
            // Whom a debugger of another pid namespace traces is told by the kernel in numbers of that namespace: then who has it as tracer.
            if (target is null && told.TracerPid > 0 && told.TargetThread is null)
                target = TracedProcesses.Look(new HashSet<string>(), CancellationToken.None).Pairs.Where(pair => pair.Tracer == told.TracerPid && !_pairs.Contains(pair)).Select(static pair => (int?)pair.Target).FirstOrDefault();
            if (_pairs.Add((told.TracerPid, target ?? 0)))
                Tell(told, DebuggerEventKind.Attached, target);
        }
        else if (_pairs.Remove((told.TracerPid, target ?? 0)))
        {
            Tell(told, DebuggerEventKind.Detached, target);
        }
    }

    void Tell(TracerEvent told, DebuggerEventKind kind, int? target)
    {
        var seenAfter = TimeSpan.FromTicks(Math.Max(0, MonotonicClock.Now - told.MonotonicNs) / 100);
        _seen?.Invoke(new DebuggerEvent
        {
            Kind = kind, At = _clock.ToWallClock(told.MonotonicNs), SeenAfter = seenAfter, TracerPid = told.TracerPid, TracerName = told.TracerName,
            TracerUid = TracedProcesses.Describe(told.TracerPid).Uid ?? told.Uid, TargetPid = target, TargetName = target is { } pid ? TracedProcesses.Describe(pid).Name : null, Request = told.Request,
        });
    }

    // What is not there any more has told its number all the same: for the main thread it is the process's.
    static int? ProcessOf(int thread)
    {
        try
        {
            return LinuxProcess.Open(thread).ThreadGroup;
        }
        catch (Exception e) when (e is TargetGoneException or AccessDeniedException or IOException)
        {
            return thread;
        }
    }

    public void Dispose() => _watch.Dispose();
}
