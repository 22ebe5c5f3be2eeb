namespace Vitrine.Go.Scheduler;

/// <summary>An M: a thread of the operating system as the runtime sees it.</summary>
public sealed record MachineThread
{
    /// <summary>The M's id.</summary>
    public required long Id { get; init; }

    /// <summary>The thread's id in the target's pid namespace; null when the M has no thread yet (a spare one for cgo callbacks).</summary>
    public required int? ThreadId { get; init; }

    /// <summary>Id of the P the M holds; null when it holds none.</summary>
    public required int? Processor { get; init; }

    /// <summary>Id of the goroutine the M runs; null when it runs none.</summary>
    public required ulong? CurrentGoroutine { get; init; }

    /// <summary>Whether the M is inside the allocator.</summary>
    public required int Mallocing { get; init; }

    /// <summary>How the M is crashing (0: it is not).</summary>
    public required int Throwing { get; init; }

    /// <summary>Why preemption is off on the M; empty when it is on.</summary>
    public required string PreemptOff { get; init; }

    /// <summary>Runtime locks the M holds, and other reasons not to preempt it.</summary>
    public required int Locks { get; init; }

    /// <summary>How far the M is in dying of a panic.</summary>
    public required int Dying { get; init; }

    /// <summary>Whether the M looks for work.</summary>
    public required bool Spinning { get; init; }

    /// <summary>Whether the M is parked.</summary>
    public required bool Blocked { get; init; }

    /// <summary>Whether the M executes a cgo call.</summary>
    public required bool InCgo { get; init; }

    /// <summary>Id of the goroutine the M is locked to; null when it is not.</summary>
    public required ulong? LockedGoroutine { get; init; }
}
