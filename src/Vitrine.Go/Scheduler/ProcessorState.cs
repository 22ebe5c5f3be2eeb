namespace Vitrine.Go.Scheduler;

/// <summary>A P: a licence to run Go code, with its own queue of runnable goroutines.</summary>
public sealed record ProcessorState
{
    /// <summary>The P's id: its index in <c>allp</c>.</summary>
    public required int Id { get; init; }

    /// <summary>What the P does.</summary>
    public required ProcessorStatus Status { get; init; }

    /// <summary>How often the P has entered the scheduler.</summary>
    public required uint SchedTick { get; init; }

    /// <summary>How often a goroutine on the P has entered a system call.</summary>
    public required uint SyscallTick { get; init; }

    /// <summary>Id of the M that holds the P; null when none does.</summary>
    public required long? Machine { get; init; }

    /// <summary>Runnable goroutines in the P's queue, without <see cref="HasRunNext"/>.</summary>
    public required int RunQueueLength { get; init; }

    /// <summary>Whether a goroutine waits in the slot that runs before the queue (schedtrace does not count it).</summary>
    public required bool HasRunNext { get; init; }

    /// <summary>Dead goroutines the P keeps for reuse.</summary>
    public required int FreeGoroutines { get; init; }

    /// <summary>Timers in the P's heap, stopped ones that were not removed yet included.</summary>
    public required int Timers { get; init; }
}
