using Vitrine.Instruments;
using static Vitrine.DotNet.Runtime.RuntimeField;
using static Vitrine.Instruments.MeasurementKind;

namespace Vitrine.DotNet.Runtime;

/// <summary>
/// Under which name, unit and kind each field is exported. Names that begin with <c>dotnet.</c> or <c>process.</c> are those of OpenTelemetry's semantic conventions
/// (https://opentelemetry.io/docs/specs/semconv/runtime/dotnet-metrics/) and mean the same as in the runtime's own meter, System.Runtime; what the conventions
/// do not have begins with <c>vitrine.</c>. Fields of one name stand together, as Prometheus wants them.
/// </summary>
public static class RuntimeMetrics
{
    const string GenerationKey = "gc.heap.generation";

    /// <summary>All of them, one for each <see cref="RuntimeField"/> and in its order.</summary>
    public static IReadOnlyList<RuntimeMetric> All => Rows;

    /// <summary>How one field is exported.</summary>
    public static RuntimeMetric Of(RuntimeField field) => Rows[(int)field];

    internal static readonly RuntimeMetric[] Rows =
    [
        new(ProcessUptime, "process.uptime", "s", Gauge, "Process.StartTime", "Time since this process was started.") { Exponent = -9 },
        new(ProcessorCount, "dotnet.process.cpu.count", "{cpu}", UpDownCounter, "Environment.ProcessorCount", "Processors that the process may use, after affinity and container limits."),
        new(CpuUser, "dotnet.process.cpu.time", "s", Counter, "Environment.CpuUsage", "Processor time spent by all threads since the start.") { Exponent = -9, Attribute = new("cpu.mode", "user") },
        new(CpuSystem, "dotnet.process.cpu.time", "s", Counter, "Environment.CpuUsage", "Processor time spent by all threads since the start.") { Exponent = -9, Attribute = new("cpu.mode", "system") },
        new(WorkingSet, "dotnet.process.memory.working_set", "By", UpDownCounter, "/proc/self/statm", "Physical memory of the process.") { IsMemory = true },
        new(VirtualMemory, "process.memory.virtual", "By", UpDownCounter, "/proc/self/statm", "Address space of the process; the garbage collector reserves much more than it uses.") { IsMemory = true },
        new(SharedMemory, "vitrine.dotnet.process.memory.shared", "By", UpDownCounter, "/proc/self/statm", "Part of the physical memory that is backed by files or shared.") { IsMemory = true },
        new(Collections0, "dotnet.gc.collections", "{collection}", Counter, "GC.CollectionCount", "Garbage collections since the start, by the oldest generation that they looked at.") { Attribute = new(GenerationKey, "gen0"), IsMemory = true },
        new(Collections1, "dotnet.gc.collections", "{collection}", Counter, "GC.CollectionCount", "Garbage collections since the start, by the oldest generation that they looked at.") { Attribute = new(GenerationKey, "gen1"), IsMemory = true },
        new(Collections2, "dotnet.gc.collections", "{collection}", Counter, "GC.CollectionCount", "Garbage collections since the start, by the oldest generation that they looked at.") { Attribute = new(GenerationKey, "gen2"), IsMemory = true },
        new(TotalAllocated, "dotnet.gc.heap.total_allocated", "By", Counter, "GC.GetTotalAllocatedBytes(false)", "Bytes allocated since the start, by all threads; up to one allocation context (8 KiB) per thread is not counted yet.") { IsMemory = true },
        new(HeapSize, "vitrine.dotnet.gc.heap.size", "By", UpDownCounter, "GC.GetTotalMemory(false)", "Size of the managed heap now, without its free space: live objects, and garbage that no collection has found yet.") { IsMemory = true },
        new(PauseTotal, "dotnet.gc.pause.time", "s", Counter, "GC.GetTotalPauseDuration", "Time that collections have stopped the process for since the start.") { Exponent = -9, IsMemory = true },
        new(LastCommitted, "dotnet.gc.last_collection.memory.committed_size", "By", UpDownCounter, "GCMemoryInfo.TotalCommittedBytes", "Memory that the heap held from the operating system after the last collection.") { IsMemory = true },
        new(LastSize0, "dotnet.gc.last_collection.heap.size", "By", UpDownCounter, "GCMemoryInfo.GenerationInfo.SizeAfterBytes", "Size of the heap after the last collection, by generation.") { Attribute = new(GenerationKey, "gen0"), IsMemory = true },
        new(LastSize1, "dotnet.gc.last_collection.heap.size", "By", UpDownCounter, "GCMemoryInfo.GenerationInfo.SizeAfterBytes", "Size of the heap after the last collection, by generation.") { Attribute = new(GenerationKey, "gen1"), IsMemory = true },
        new(LastSize2, "dotnet.gc.last_collection.heap.size", "By", UpDownCounter, "GCMemoryInfo.GenerationInfo.SizeAfterBytes", "Size of the heap after the last collection, by generation.") { Attribute = new(GenerationKey, "gen2"), IsMemory = true },
        new(LastSizeLarge, "dotnet.gc.last_collection.heap.size", "By", UpDownCounter, "GCMemoryInfo.GenerationInfo.SizeAfterBytes", "Size of the heap after the last collection, by generation.") { Attribute = new(GenerationKey, "loh"), IsMemory = true },
        new(LastSizePinned, "dotnet.gc.last_collection.heap.size", "By", UpDownCounter, "GCMemoryInfo.GenerationInfo.SizeAfterBytes", "Size of the heap after the last collection, by generation.") { Attribute = new(GenerationKey, "poh"), IsMemory = true },
        new(LastFragmentation0, "dotnet.gc.last_collection.heap.fragmentation.size", "By", UpDownCounter, "GCMemoryInfo.GenerationInfo.FragmentationAfterBytes", "Free space between objects after the last collection, by generation.") { Attribute = new(GenerationKey, "gen0"), IsMemory = true },
        new(LastFragmentation1, "dotnet.gc.last_collection.heap.fragmentation.size", "By", UpDownCounter, "GCMemoryInfo.GenerationInfo.FragmentationAfterBytes", "Free space between objects after the last collection, by generation.") { Attribute = new(GenerationKey, "gen1"), IsMemory = true },
        new(LastFragmentation2, "dotnet.gc.last_collection.heap.fragmentation.size", "By", UpDownCounter, "GCMemoryInfo.GenerationInfo.FragmentationAfterBytes", "Free space between objects after the last collection, by generation.") { Attribute = new(GenerationKey, "gen2"), IsMemory = true },
        new(LastFragmentationLarge, "dotnet.gc.last_collection.heap.fragmentation.size", "By", UpDownCounter, "GCMemoryInfo.GenerationInfo.FragmentationAfterBytes", "Free space between objects after the last collection, by generation.") { Attribute = new(GenerationKey, "loh"), IsMemory = true },
        new(LastFragmentationPinned, "dotnet.gc.last_collection.heap.fragmentation.size", "By", UpDownCounter, "GCMemoryInfo.GenerationInfo.FragmentationAfterBytes", "Free space between objects after the last collection, by generation.") { Attribute = new(GenerationKey, "poh"), IsMemory = true },
        new(LastIndex, "vitrine.dotnet.gc.last_collection.index", "{collection}", Gauge, "GCMemoryInfo.Index", "Number of the last collection, counted from 1.") { IsMemory = true },
        new(LastGeneration, "vitrine.dotnet.gc.last_collection.generation", "{generation}", Gauge, "GCMemoryInfo.Generation", "Oldest generation that the last collection looked at: 0, 1 or 2.") { IsMemory = true },
        new(LastCompacted, "vitrine.dotnet.gc.last_collection.compacted", "{collection}", Gauge, "GCMemoryInfo.Compacted", "1 when the last collection moved objects together, else 0.") { IsMemory = true },
        new(LastConcurrent, "vitrine.dotnet.gc.last_collection.concurrent", "{collection}", Gauge, "GCMemoryInfo.Concurrent", "1 when the last collection ran in the background, else 0.") { IsMemory = true },
        new(LastPause1, "vitrine.dotnet.gc.last_collection.pause.time", "s", Gauge, "GCMemoryInfo.PauseDurations", "Stops of the last collection: one, or two when it ran in the background.") { Exponent = -9, Attribute = new("vitrine.pause", "first"), IsMemory = true },
        new(LastPause2, "vitrine.dotnet.gc.last_collection.pause.time", "s", Gauge, "GCMemoryInfo.PauseDurations", "Stops of the last collection: one, or two when it ran in the background.") { Exponent = -9, Attribute = new("vitrine.pause", "second"), IsMemory = true },
        new(LastPromoted, "vitrine.dotnet.gc.last_collection.promoted", "By", Gauge, "GCMemoryInfo.PromotedBytes", "Bytes that survived the last collection.") { IsMemory = true },
        new(LastPinned, "vitrine.dotnet.gc.last_collection.pinned", "{object}", Gauge, "GCMemoryInfo.PinnedObjectsCount", "Pinned objects that the last collection met.") { IsMemory = true },
        new(LastFinalizationPending, "vitrine.dotnet.gc.last_collection.finalization_pending", "{object}", Gauge, "GCMemoryInfo.FinalizationPendingCount", "Objects that waited for their finalizer after the last collection.") { IsMemory = true },
        new(PauseShare, "vitrine.dotnet.gc.pause.share", "1", Gauge, "GCMemoryInfo.PauseTimePercentage", "Share of the time that collections have stopped the process for, as the collector computes it.") { Exponent = -4, IsMemory = true },
        new(MemoryLoad, "vitrine.dotnet.gc.last_collection.memory.load", "By", Gauge, "GCMemoryInfo.MemoryLoadBytes", "Physical memory in use on the machine or in the container when the last collection ran.") { IsMemory = true },
        new(HighMemoryThreshold, "vitrine.dotnet.gc.memory.high_load_threshold", "By", Gauge, "GCMemoryInfo.HighMemoryLoadThresholdBytes", "Memory load above which the collector works harder.") { IsMemory = true },
        new(TotalAvailable, "vitrine.dotnet.gc.memory.limit", "By", Gauge, "GCMemoryInfo.TotalAvailableMemoryBytes", "Memory that the collector may use at most: the container's limit, the configured one, or the machine's.") { IsMemory = true },
        new(PoolThreads, "dotnet.thread_pool.thread.count", "{thread}", UpDownCounter, "ThreadPool.ThreadCount", "Threads of the thread pool."),
        new(PoolBusy, "vitrine.dotnet.thread_pool.thread.busy", "{thread}", UpDownCounter, "ThreadPool.GetMaxThreads − GetAvailableThreads", "Worker threads of the pool that have work."),
        new(PoolMinimum, "vitrine.dotnet.thread_pool.thread.minimum", "{thread}", Gauge, "ThreadPool.GetMinThreads", "Worker threads that the pool creates without waiting."),
        new(PoolMaximum, "vitrine.dotnet.thread_pool.thread.limit", "{thread}", Gauge, "ThreadPool.GetMaxThreads", "Worker threads that the pool creates at most."),
        new(PoolCompleted, "dotnet.thread_pool.work_item.count", "{work_item}", Counter, "ThreadPool.CompletedWorkItemCount", "Work items that the pool has finished since the start."),
        new(PoolQueued, "dotnet.thread_pool.queue.length", "{work_item}", UpDownCounter, "ThreadPool.PendingWorkItemCount", "Work items that wait for a thread of the pool."),
        new(LockContentions, "dotnet.monitor.lock_contentions", "{contention}", Counter, "Monitor.LockContentionCount", "Times that a thread had to wait for a monitor lock, since the start."),
        new(Timers, "dotnet.timer.count", "{timer}", UpDownCounter, "Timer.ActiveCount", "Timers that are set."),
        new(JitMethods, "dotnet.jit.compiled_methods", "{method}", Counter, "JitInfo.GetCompiledMethodCount", "Methods compiled since the start, each time they were compiled."),
        new(JitIlBytes, "dotnet.jit.compiled_il.size", "By", Counter, "JitInfo.GetCompiledILBytes", "Intermediate language compiled since the start."),
        new(JitTime, "dotnet.jit.compilation.time", "s", Counter, "JitInfo.GetCompilationTime", "Time spent compiling since the start.") { Exponent = -9 },
    ];
}
