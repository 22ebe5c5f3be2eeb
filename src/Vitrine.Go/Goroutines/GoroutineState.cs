namespace Vitrine.Go.Goroutines;

/// <summary>
/// The status of a goroutine, numbered as the runtime numbers it
/// (https://github.com/golang/go/blob/go1.26/src/runtime/runtime2.go, <c>_Gidle</c> …). The scan bit 0x1000 is kept apart.
/// </summary>
public enum GoroutineState : byte
{
    /// <summary>Just allocated.</summary>
    Idle = 0,
    /// <summary>On a run queue.</summary>
    Runnable = 1,
    /// <summary>Executing on a thread.</summary>
    Running = 2,
    /// <summary>In a system call or in C code.</summary>
    Syscall = 3,
    /// <summary>Parked.</summary>
    Waiting = 4,
    /// <summary>Ended, kept for reuse.</summary>
    Dead = 6,
    /// <summary>Its stack is being moved.</summary>
    CopyStack = 8,
    /// <summary>Stopped itself for a suspension.</summary>
    Preempted = 9,
    /// <summary>Found unreachable for ever by the goroutine leak profile (Go 1.26 and later).</summary>
    Leaked = 10,
    /// <summary>Waits for a callback from C (Go 1.26 and later).</summary>
    DeadExtra = 11,
    /// <summary>A status this version of Vitrine does not know.</summary>
    Unknown = 255,
}
