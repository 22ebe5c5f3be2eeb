using Vitrine.Instruments;

namespace Vitrine.Go.Scheduler;

/// <summary>
/// The scheduler as <c>GODEBUG=schedtrace=1,scheddetail=1</c> prints it: the whole, each P (processor, a licence to run Go code) and each
/// M (thread). Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/proc.go (schedtrace).
/// </summary>
public sealed record SchedulerSnapshot
{
    /// <summary>Ps the program may use at once.</summary>
    public required Known<int> GoMaxProcs { get; init; }

    /// <summary>Ps without work.</summary>
    public required Known<int> IdleProcs { get; init; }

    /// <summary>Ms that exist.</summary>
    public required Known<int> Threads { get; init; }

    /// <summary>Ms that look for work.</summary>
    public required Known<int> SpinningThreads { get; init; }

    /// <summary>Whether another M should start to look for work (from Go 1.21 on).</summary>
    public required Known<bool> NeedSpinning { get; init; }

    /// <summary>Ms that are parked for lack of work.</summary>
    public required Known<int> IdleThreads { get; init; }

    /// <summary>Runnable goroutines in the global queue.</summary>
    public required Known<int> RunQueue { get; init; }

    /// <summary>Whether the collector (or somebody else who stops the world) waits for the Ps to stop.</summary>
    public required Known<bool> GCWaiting { get; init; }

    /// <summary>Parked Ms that are locked to a goroutine.</summary>
    public required Known<int> IdleLockedThreads { get; init; }

    /// <summary>Ps that have yet to stop before the world stands still.</summary>
    public required Known<int> StopWait { get; init; }

    /// <summary>Whether the runtime's monitor thread sleeps because everything is idle.</summary>
    public required Known<bool> SysmonWait { get; init; }

    /// <summary>Goroutines, as <c>runtime.NumGoroutine</c> counts them.</summary>
    public required Known<int> NumGoroutine { get; init; }

    /// <summary>Fraction of the available CPU time that the collector used since the program started, from 0 to 1.</summary>
    public required Known<double> GCCPUFraction { get; init; }

    /// <summary>The Ps, in order of their ids.</summary>
    public required Known<IReadOnlyList<ProcessorState>> Processors { get; init; }

    /// <summary>The Ms, newest first, in the order of the runtime's list.</summary>
    public required Known<IReadOnlyList<MachineThread>> Machines { get; init; }

    /// <summary>Runnable goroutines in all queues together.</summary>
    public Known<int> Runnable =>
        RunQueue.TryGet(out var global) && Processors.TryGet(out var processors)
            ? Known<int>.Of(global + processors.Sum(p => p.RunQueueLength + (p.HasRunNext ? 1 : 0)), Provenance.Computed("the global queue and the queues of all Ps"))
            : Known<int>.Unknown(RunQueue.IsKnown ? Processors.Reason : RunQueue.Reason);
}
