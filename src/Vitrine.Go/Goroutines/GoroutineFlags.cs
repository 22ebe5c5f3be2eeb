namespace Vitrine.Go.Goroutines;

/// <summary>Yes-or-no facts of a goroutine record.</summary>
[Flags]
internal enum GoroutineFlags : byte
{
    None = 0,
    /// <summary>The scan bit was set: a collector looks at the stack.</summary>
    Scan = 1,
    /// <summary>runtime.LockOSThread is in force.</summary>
    LockedToThread = 2,
    /// <summary>One of the runtime's own goroutines.</summary>
    System = 4,
    /// <summary>Belongs to a testing/synctest bubble.</summary>
    InBubble = 8,
    /// <summary>Changed at least once while it was read.</summary>
    Retried = 16,
}
