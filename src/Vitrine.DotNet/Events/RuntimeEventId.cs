namespace Vitrine.DotNet.Events;

/// <summary>Numbers of the runtime's own events that instruments read.</summary>
/// <remarks>https://github.com/dotnet/runtime/blob/main/src/coreclr/vm/ClrEtwAll.man; a field's order and width stand where it is read.</remarks>
static class RuntimeEventId
{
    /// <summary>Who makes them.</summary>
    public const string Provider = "Microsoft-Windows-DotNETRuntime";

    /// <summary>A collection begins.</summary>
    public const int GcStart = 1;

    /// <summary>A collection ends.</summary>
    public const int GcEnd = 2;

    /// <summary>All threads may run again.</summary>
    public const int GcRestartEnd = 3;

    /// <summary>Sizes after a collection.</summary>
    public const int GcHeapStats = 4;

    /// <summary>All threads stand still.</summary>
    public const int GcSuspendEnd = 8;

    /// <summary>The runtime begins to stop its threads.</summary>
    public const int GcSuspendBegin = 9;

    /// <summary>The pool starts a worker.</summary>
    public const int PoolWorkerStart = 50;

    /// <summary>A worker of the pool ends.</summary>
    public const int PoolWorkerStop = 51;

    /// <summary>The pool has measured its throughput.</summary>
    public const int PoolAdjustmentSample = 54;

    /// <summary>The pool changes how many workers it wants.</summary>
    public const int PoolAdjustment = 55;

    /// <summary>A thread is about to be created.</summary>
    public const int ThreadCreating = 70;

    /// <summary>A created thread runs.</summary>
    public const int ThreadRunning = 71;

    /// <summary>An exception was thrown.</summary>
    public const int ExceptionThrown = 80;

    /// <summary>A thread begins to wait for a lock.</summary>
    public const int ContentionStart = 81;

    /// <summary>The runtime knows a new thread.</summary>
    public const int ThreadCreated = 85;

    /// <summary>A thread has waited for a lock.</summary>
    public const int ContentionStop = 91;

    /// <summary>What one heap was before and is after a collection.</summary>
    public const int GcPerHeapHistory = 204;

    /// <summary>How a collection was done.</summary>
    public const int GcGlobalHistory = 205;

    /// <summary>An exception arrives at a handler.</summary>
    public const int ExceptionCatchStart = 250;

    /// <summary>A handler has ended.</summary>
    public const int ExceptionCatchStop = 251;

    /// <summary>A thread begins to wait for a wait handle.</summary>
    public const int WaitHandleWaitStart = 301;

    /// <summary>A thread has waited for a wait handle.</summary>
    public const int WaitHandleWaitStop = 302;
}
