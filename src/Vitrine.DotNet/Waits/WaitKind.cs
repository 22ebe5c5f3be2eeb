namespace Vitrine.DotNet.Waits;

/// <summary>Who waits for what, as far as it decides whether a wait is worth showing.</summary>
enum WaitKind
{
    /// <summary>The program waits, in code of its own or called by it.</summary>
    Program,

    /// <summary>The way back into a monitor after <c>Monitor.Wait</c>: part of the wait before it, and no wait of its own.</summary>
    Reentry,

    /// <summary>For a <c>System.Threading.Lock</c>: <c>mutex</c> has it, with the owner.</summary>
    Lock,

    /// <summary>A worker of the thread pool has nothing to do.</summary>
    IdleWorker,

    /// <summary>A thread that the framework keeps for timers, for registered waits, for managing the pool, for polling sockets.</summary>
    Housekeeping,

    /// <summary>This library, while it looks.</summary>
    Own,
}
