namespace Vitrine.Go.Scheduler;

/// <summary>State of a P. Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/runtime2.go (_Pidle and following).</summary>
public enum ProcessorStatus
{
    /// <summary>Not used to run Go code; on the idle list or in transition.</summary>
    Idle = 0,

    /// <summary>Owned by an M that runs Go code or the scheduler.</summary>
    Running = 1,

    /// <summary>Left behind by an M in a system call, which may take it back (before Go 1.26).</summary>
    Syscall = 2,

    /// <summary>Halted for a stopped world.</summary>
    GCStop = 3,

    /// <summary>Not used any more: GOMAXPROCS shrank.</summary>
    Dead = 4,
}
