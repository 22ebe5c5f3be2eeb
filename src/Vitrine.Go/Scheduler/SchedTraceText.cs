using System.Globalization;
using System.Text;
using Vitrine.Go.Binary;
using Vitrine.Instruments;

namespace Vitrine.Go.Scheduler;

/// <summary>
/// Writes a snapshot in the layout of <c>GODEBUG=schedtrace=1</c>, or with <c>scheddetail=1</c>, of the target's own Go version, so that
/// existing readers of such traces can be used. What is unknown is written as <c>unknown</c>.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/proc.go and https://github.com/golang/go/blob/go1.19/src/runtime/proc.go (schedtrace).
/// </summary>
public static class SchedTraceText
{
    /// <summary>The line of <c>schedtrace=1</c>: the whole and the queue length of each P; from Go 1.25 on with the scheduler ticks of each P.</summary>
    /// <param name="snapshot">The scheduler.</param>
    /// <param name="version">The Go version, which decides the layout.</param>
    /// <param name="uptime">Time since the program started; Go counts from its first trace.</param>
    public static string Line(SchedulerSnapshot snapshot, GoVersion version, TimeSpan uptime)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(version);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"SCHED {(long)uptime.TotalMilliseconds}ms: ").Append(Totals(snapshot, version));
        IReadOnlyList<ProcessorState> processors = snapshot.Processors.TryGet(out IReadOnlyList<ProcessorState>? known) ? known : [];
        if (!snapshot.Processors.IsKnown)
            return text.Append(" unknown\n").ToString();
        string queues = string.Join(' ', processors.Select(p => p.RunQueueLength));
        text.Append(version.AtLeast(1, 25) ? $" [ {queues} ] schedticks=[ {string.Join(' ', processors.Select(p => p.SchedTick))} ]" : $" [{queues}]");
        return text.Append('\n').ToString();
    }

    /// <summary>The text of <c>scheddetail=1</c> without the time and the goroutines: a line that begins with <c>SCHED</c>, one for each P, one for each M.</summary>
    public static string Detail(SchedulerSnapshot snapshot, GoVersion version)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(version);
        bool modern = version.AtLeast(1, 20);
        string nobody = modern ? "nil" : "-1";
        string Flag(Known<bool> flag) => flag.TryGet(out bool value) ? modern ? value ? "true" : "false" : value ? "1" : "0" : "unknown";
        string Id<T>(T? id) where T : struct, IFormattable => id?.ToString(null, CultureInfo.InvariantCulture) ?? nobody;

        var text = new StringBuilder();
        text.Append("SCHED ").Append(Totals(snapshot, version));
        text.Append(CultureInfo.InvariantCulture, $" gcwaiting={Flag(snapshot.GCWaiting)} nmidlelocked={Number(snapshot.IdleLockedThreads)}");
        text.Append(CultureInfo.InvariantCulture, $" stopwait={Number(snapshot.StopWait)} sysmonwait={Flag(snapshot.SysmonWait)}\n");
        foreach (ProcessorState p in snapshot.Processors.TryGet(out IReadOnlyList<ProcessorState>? processors) ? processors : [])
        {
            text.Append(CultureInfo.InvariantCulture, $"  P{p.Id}: status={(int)p.Status} schedtick={p.SchedTick} syscalltick={p.SyscallTick}");
            text.Append(CultureInfo.InvariantCulture, $" m={Id(p.Machine)} runqsize={p.RunQueueLength} gfreecnt={p.FreeGoroutines} timerslen={p.Timers}\n");
        }
        foreach (MachineThread m in snapshot.Machines.TryGet(out IReadOnlyList<MachineThread>? machines) ? machines : [])
        {
            text.Append(CultureInfo.InvariantCulture, $"  M{m.Id}: p={Id(m.Processor)} curg={Id(m.CurrentGoroutine)} mallocing={m.Mallocing} throwing={m.Throwing}");
            text.Append(CultureInfo.InvariantCulture, $" preemptoff={m.PreemptOff} locks={m.Locks} dying={m.Dying}");
            text.Append(CultureInfo.InvariantCulture, $" spinning={(m.Spinning ? "true" : "false")} blocked={(m.Blocked ? "true" : "false")} lockedg={Id(m.LockedGoroutine)}\n");
        }
        return text.ToString();
    }

    static string Totals(SchedulerSnapshot snapshot, GoVersion version)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"gomaxprocs={Number(snapshot.GoMaxProcs)} idleprocs={Number(snapshot.IdleProcs)}");
        text.Append(CultureInfo.InvariantCulture, $" threads={Number(snapshot.Threads)} spinningthreads={Number(snapshot.SpinningThreads)}");
        if (version.AtLeast(1, 20))
            text.Append(CultureInfo.InvariantCulture, $" needspinning={(snapshot.NeedSpinning.TryGet(out bool need) ? need ? "1" : "0" : "unknown")}");
        text.Append(CultureInfo.InvariantCulture, $" idlethreads={Number(snapshot.IdleThreads)} runqueue={Number(snapshot.RunQueue)}");
        return text.ToString();
    }

    static string Number(Known<int> figure) => figure.TryGet(out int value) ? value.ToString(CultureInfo.InvariantCulture) : "unknown";
}
