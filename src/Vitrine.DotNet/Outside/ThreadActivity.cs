namespace Vitrine.DotNet.Outside;

/// <summary>What a thread of another process does.</summary>
public enum ThreadActivity
{
    /// <summary>It was on a processor at every look.</summary>
    Running,

    /// <summary>It has work and waits for a processor.</summary>
    Runnable,

    /// <summary>It waits in the kernel.</summary>
    Waiting,

    /// <summary>It waits in the kernel and cannot be interrupted: as a rule for a disk, or for memory.</summary>
    Uninterruptible,

    /// <summary>It was stopped by a signal or a debugger.</summary>
    Stopped,

    /// <summary>It is ending.</summary>
    Ending,
}
