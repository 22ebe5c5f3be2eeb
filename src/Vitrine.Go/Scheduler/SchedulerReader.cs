using System.Diagnostics;
using Vitrine.Go.Binary;
using Vitrine.Go.Memory;
using Vitrine.Instruments;

namespace Vitrine.Go.Scheduler;

/// <summary>
/// Reads the scheduler's state without stopping or touching the process: the counters of <c>runtime.sched</c>, each P through <c>allp</c>, each M
/// through <c>allm</c>. schedtrace holds the scheduler's lock while it prints and still reads the Ps and Ms while they move; this reader holds
/// nothing, so it reads twice and says when something moved. Ms may come and go: pointers to Ps and goroutines are looked up, never trusted.
/// </summary>
public static class SchedulerReader
{
    const int MaxAttempts = 4;

    /// <summary>Reads the scheduler of a process.</summary>
    /// <exception cref="Vitrine.Linux.Processes.TargetGoneException">The process ended, or runs another program.</exception>
    public static Look<SchedulerSnapshot> Read(GoTarget target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Look<SchedulerSnapshot> look = Read(RuntimeViews.Of(target));
        target.ThrowIfGone();
        return look;
    }

    /// <summary>Reads the scheduler.</summary>
    public static Look<SchedulerSnapshot> Read(RuntimeView view)
    {
        DateTimeOffset capturedAt = DateTimeOffset.UtcNow;
        long started = Stopwatch.GetTimestamp();
        var notes = new List<string>();

        long before = Stopwatch.GetTimestamp();
        SchedulerSnapshot snapshot = Take(view, notes);
        bool quiet = false;
        TimeSpan skew = default;
        int attempts = 1;
        for (; attempts < MaxAttempts && !quiet; attempts++)
        {
            long between = Stopwatch.GetTimestamp();
            notes.Clear();
            SchedulerSnapshot next = Take(view, notes);
            skew = Stopwatch.GetElapsedTime(before);
            quiet = SameAs(snapshot, next);
            (snapshot, before) = (next, between);
        }
        if (!quiet)
            notes.Add($"The scheduler works while it is read: the figures are not one instant, they are at most {skew.TotalMicroseconds:F0} µs apart.");
        var consistency = new Consistency
        {
            Total = 1,
            Accepted = quiet ? 1 : 0,
            Retried = attempts > 2 ? 1 : 0,
            Torn = quiet ? 0 : 1,
            SkewMs = skew.TotalMilliseconds,
        };
        return new Look<SchedulerSnapshot>(snapshot, capturedAt, Stopwatch.GetElapsedTime(started), consistency, notes);
    }

    static SchedulerSnapshot Take(RuntimeView view, List<string> notes)
    {
        Known<StructImage> sched = view.ReadStruct("runtime.sched", "runtime.schedt");
        Known<StructImage> memstats = view.ReadStruct("runtime.memstats", "runtime.mstats");
        Known<IReadOnlyList<RawProcessor>> raw = Attempt(() => ProcessorList.Read(view, notes));
        Known<IReadOnlyList<MachineThread>> machines = Attempt(() => MachineList.Read(view, raw, notes));
        Known<ulong> goroutines = view.ReadScalar("runtime.allglen", 8);

        Known<int> Counter(string path, string? before = null) => Field(sched, path, before).Select(v => (int)(uint)v);
        Known<bool> Flag(string path) => Field(sched, path).Select(v => v != 0);
        return new SchedulerSnapshot
        {
            GoMaxProcs = view.ReadScalar("runtime.gomaxprocs", 4).Select(v => (int)v),
            IdleProcs = Counter("npidle"),
            Threads = Figures.Compute("sched.mnext - sched.nmfreed", v => v[0] - v[1], Field(sched, "mnext"), Field(sched, "nmfreed")).Select(v => (int)v),
            SpinningThreads = Counter("nmspinning"),
            NeedSpinning = Flag("needspinning"),
            IdleThreads = Counter("nmidle"),
            RunQueue = Counter("runq.size", "runqsize"),
            GCWaiting = Flag("gcwaiting"),
            IdleLockedThreads = Counter("nmidlelocked"),
            StopWait = Counter("stopwait"),
            SysmonWait = Flag("sysmonwait"),
            NumGoroutine = NumGoroutine(goroutines, sched, raw),
            GCCPUFraction = memstats.TryGet(out StructImage? stats)
                ? stats.Figure("memstats", "gc_cpu_fraction").Select(BitConverter.UInt64BitsToDouble)
                : Known<double>.Unknown(memstats.Reason),
            Processors = raw.Select<IReadOnlyList<ProcessorState>>(list => [.. list.Select(p => p.State)]),
            Machines = machines,
        };
    }

    static Known<int> NumGoroutine(Known<ulong> all, Known<StructImage> sched, Known<IReadOnlyList<RawProcessor>> processors)
    {
        if (!all.TryGet(out ulong count) || !processors.TryGet(out IReadOnlyList<RawProcessor>? list))
            return Known<int>.Unknown(all.IsKnown ? processors.Reason : all.Reason);
        return MemStatsSnapshot.GoroutinesAside(sched) is { } aside
            ? Known<int>.Of((int)Math.Clamp((long)count - (long)aside - list.Sum(p => p.State.FreeGoroutines), 1, int.MaxValue),
                Provenance.Computed("allglen - dead goroutines - the runtime's own"))
            : Known<int>.Unknown(sched.IsKnown ? "struct runtime.schedt has no list of free goroutines that is known" : sched.Reason);
    }

    static bool SameAs(SchedulerSnapshot left, SchedulerSnapshot right) =>
        left.IdleProcs.Equals(right.IdleProcs) && left.Threads.Equals(right.Threads) && left.SpinningThreads.Equals(right.SpinningThreads)
        && left.IdleThreads.Equals(right.IdleThreads) && left.RunQueue.Equals(right.RunQueue) && left.GCWaiting.Equals(right.GCWaiting)
        && left.NumGoroutine.Equals(right.NumGoroutine)
        && Same(left.Processors, right.Processors) && Same(left.Machines, right.Machines);

    static bool Same<T>(Known<IReadOnlyList<T>> left, Known<IReadOnlyList<T>> right) =>
        left.IsKnown == right.IsKnown && (!left.IsKnown || left.Value.SequenceEqual(right.Value));

    static Known<ulong> Field(Known<StructImage> sched, string path, string? before = null)
    {
        if (!sched.TryGet(out StructImage? image))
            return Known<ulong>.Unknown(sched.Reason);
        Known<ulong> figure = image.Figure("sched", path);
        return figure.IsKnown || before is null ? figure : image.Figure("sched", before);
    }

    static Known<T> Attempt<T>(Func<Known<T>> read)
    {
        try
        {
            return read();
        }
        catch (GoBinaryException e)
        {
            return Known<T>.Unknown(e.Message);
        }
    }
}
