namespace Vitrine.DotNet.Runtime;

/// <summary>
/// The figures of a <see cref="RuntimeSnapshot"/>. What stands in a field is a whole number in the unit that its documentation names;
/// <see cref="RuntimeMetrics"/> has the name and the unit under which it is exported.
/// </summary>
public enum RuntimeField
{
    /// <summary>Time since this process was started, in nanoseconds.</summary>
    ProcessUptime,

    /// <summary>Processors that the process may use, after affinity and container limits.</summary>
    ProcessorCount,

    /// <summary>Processor time spent in user code by all threads since the start, in nanoseconds.</summary>
    CpuUser,

    /// <summary>Processor time spent in the kernel by all threads since the start, in nanoseconds.</summary>
    CpuSystem,

    /// <summary>Physical memory of the process, in bytes. On Linux the kernel keeps it per processor and it can lag by a few pages per processor.</summary>
    WorkingSet,

    /// <summary>Address space of the process, in bytes; the garbage collector reserves much more than it uses.</summary>
    VirtualMemory,

    /// <summary>Part of the physical memory that is backed by files or shared, in bytes.</summary>
    SharedMemory,

    /// <summary>Garbage collections whose oldest generation was 0, since the start.</summary>
    Collections0,

    /// <summary>Garbage collections whose oldest generation was 1, since the start.</summary>
    Collections1,

    /// <summary>Garbage collections of all generations, since the start, background ones included.</summary>
    Collections2,

    /// <summary>Bytes allocated since the start, by all threads; up to one allocation context (8 KiB) per thread is not counted yet.</summary>
    TotalAllocated,

    /// <summary>Size of the managed heap now, without its free space, in bytes: live objects, and garbage that no collection has found yet.</summary>
    HeapSize,

    /// <summary>Time that collections have stopped the process for since the start, in nanoseconds.</summary>
    PauseTotal,

    /// <summary>Memory that the heap held from the operating system after the last collection, in bytes.</summary>
    LastCommitted,

    /// <summary>Size of generation 0 after the last collection, in bytes.</summary>
    LastSize0,

    /// <summary>Size of generation 1 after the last collection, in bytes.</summary>
    LastSize1,

    /// <summary>Size of generation 2 after the last collection, in bytes.</summary>
    LastSize2,

    /// <summary>Size of the large object heap after the last collection, in bytes.</summary>
    LastSizeLarge,

    /// <summary>Size of the pinned object heap after the last collection, in bytes.</summary>
    LastSizePinned,

    /// <summary>Free space between the objects of generation 0 after the last collection, in bytes.</summary>
    LastFragmentation0,

    /// <summary>Free space between the objects of generation 1 after the last collection, in bytes.</summary>
    LastFragmentation1,

    /// <summary>Free space between the objects of generation 2 after the last collection, in bytes.</summary>
    LastFragmentation2,

    /// <summary>Free space between the objects of the large object heap after the last collection, in bytes.</summary>
    LastFragmentationLarge,

    /// <summary>Free space between the objects of the pinned object heap after the last collection, in bytes.</summary>
    LastFragmentationPinned,

    /// <summary>Number of the last collection, counted from 1.</summary>
    LastIndex,

    /// <summary>Oldest generation that the last collection looked at: 0, 1 or 2.</summary>
    LastGeneration,

    /// <summary>1 when the last collection moved objects together, else 0.</summary>
    LastCompacted,

    /// <summary>1 when the last collection ran in the background, else 0.</summary>
    LastConcurrent,

    /// <summary>Stop of the last collection, or its first one when it ran in the background, in nanoseconds.</summary>
    LastPause1,

    /// <summary>Second stop of the last collection when it ran in the background, else 0, in nanoseconds.</summary>
    LastPause2,

    /// <summary>Bytes that survived the last collection.</summary>
    LastPromoted,

    /// <summary>Pinned objects that the last collection met.</summary>
    LastPinned,

    /// <summary>Objects that waited for their finalizer after the last collection.</summary>
    LastFinalizationPending,

    /// <summary>Share of the time that collections have stopped the process for, as the collector computes it, in hundredths of a percent.</summary>
    PauseShare,

    /// <summary>Physical memory in use on the machine or in the container when the last collection ran, in bytes.</summary>
    MemoryLoad,

    /// <summary>Memory load above which the collector works harder, in bytes.</summary>
    HighMemoryThreshold,

    /// <summary>Memory that the collector may use at most: the container's limit, the configured one, or the machine's, in bytes.</summary>
    TotalAvailable,

    /// <summary>Threads of the thread pool.</summary>
    PoolThreads,

    /// <summary>Worker threads of the pool that have work.</summary>
    PoolBusy,

    /// <summary>Worker threads that the pool creates without waiting.</summary>
    PoolMinimum,

    /// <summary>Worker threads that the pool creates at most.</summary>
    PoolMaximum,

    /// <summary>Work items that the pool has finished since the start.</summary>
    PoolCompleted,

    /// <summary>Work items that wait for a thread of the pool.</summary>
    PoolQueued,

    /// <summary>Times that a thread had to wait for a monitor lock, since the start.</summary>
    LockContentions,

    /// <summary>Timers that are set.</summary>
    Timers,

    /// <summary>Methods compiled since the start, each time they were compiled.</summary>
    JitMethods,

    /// <summary>Intermediate language compiled since the start, in bytes.</summary>
    JitIlBytes,

    /// <summary>Time spent compiling since the start, in nanoseconds.</summary>
    JitTime,
}
