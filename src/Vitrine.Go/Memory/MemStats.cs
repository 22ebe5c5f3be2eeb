using Vitrine.Instruments;

namespace Vitrine.Go.Memory;

/// <summary>
/// What <c>runtime.ReadMemStats</c> would have said, field by field and under the same names, plus the number of goroutines and GOMAXPROCS.
/// Sizes are bytes, times nanoseconds. Every figure says how it was obtained; one that cannot be known says why.
/// Source of the meanings and of the arithmetic: https://github.com/golang/go/blob/go1.26.0/src/runtime/mstats.go (readmemstats_m).
/// </summary>
public sealed record MemStats
{
    /// <summary>Bytes of allocated heap objects; the same as <see cref="HeapAlloc"/>.</summary>
    public required Known<ulong> Alloc { get; init; }

    /// <summary>Bytes ever allocated for heap objects.</summary>
    public required Known<ulong> TotalAlloc { get; init; }

    /// <summary>Bytes of address space obtained from the system.</summary>
    public required Known<ulong> Sys { get; init; }

    /// <summary>Pointer look-ups by the runtime: 0 since Go 1.9, kept for the name.</summary>
    public required Known<ulong> Lookups { get; init; }

    /// <summary>Heap objects ever allocated, tiny ones counted one by one.</summary>
    public required Known<ulong> Mallocs { get; init; }

    /// <summary>Heap objects ever freed.</summary>
    public required Known<ulong> Frees { get; init; }

    /// <summary>Bytes of allocated heap objects: reachable ones and those the collector has not swept yet.</summary>
    public required Known<ulong> HeapAlloc { get; init; }

    /// <summary>Bytes of heap obtained from the system.</summary>
    public required Known<ulong> HeapSys { get; init; }

    /// <summary>Bytes in idle spans.</summary>
    public required Known<ulong> HeapIdle { get; init; }

    /// <summary>Bytes in spans that hold at least one object.</summary>
    public required Known<ulong> HeapInuse { get; init; }

    /// <summary>Bytes given back to the system.</summary>
    public required Known<ulong> HeapReleased { get; init; }

    /// <summary>Allocated heap objects.</summary>
    public required Known<ulong> HeapObjects { get; init; }

    /// <summary>Bytes in stack spans.</summary>
    public required Known<ulong> StackInuse { get; init; }

    /// <summary>Bytes of stacks obtained from the system: <see cref="StackInuse"/> and the stacks of threads.</summary>
    public required Known<ulong> StackSys { get; init; }

    /// <summary>Bytes of allocated <c>mspan</c> structures.</summary>
    public required Known<ulong> MSpanInuse { get; init; }

    /// <summary>Bytes obtained from the system for <c>mspan</c> structures.</summary>
    public required Known<ulong> MSpanSys { get; init; }

    /// <summary>Bytes of allocated <c>mcache</c> structures.</summary>
    public required Known<ulong> MCacheInuse { get; init; }

    /// <summary>Bytes obtained from the system for <c>mcache</c> structures.</summary>
    public required Known<ulong> MCacheSys { get; init; }

    /// <summary>Bytes of profiling buckets.</summary>
    public required Known<ulong> BuckHashSys { get; init; }

    /// <summary>Bytes of the garbage collector's own structures.</summary>
    public required Known<ulong> GCSys { get; init; }

    /// <summary>Bytes of other allocations of the runtime.</summary>
    public required Known<ulong> OtherSys { get; init; }

    /// <summary>Heap size at which the next collection is to end.</summary>
    public required Known<ulong> NextGC { get; init; }

    /// <summary>When the last collection ended, in nanoseconds since 1970; 0 when there was none.</summary>
    public required Known<ulong> LastGC { get; init; }

    /// <summary>Nanoseconds that the world stood still for collections since the program started.</summary>
    public required Known<ulong> PauseTotalNs { get; init; }

    /// <summary>Ring of the last 256 pauses in nanoseconds; the latest is at (NumGC+255)%256.</summary>
    public required Known<IReadOnlyList<ulong>> PauseNs { get; init; }

    /// <summary>Ring of the ends of the last 256 pauses, in nanoseconds since 1970.</summary>
    public required Known<IReadOnlyList<ulong>> PauseEnd { get; init; }

    /// <summary>Completed collections.</summary>
    public required Known<uint> NumGC { get; init; }

    /// <summary>Collections that the application forced.</summary>
    public required Known<uint> NumForcedGC { get; init; }

    /// <summary>Fraction of the available CPU time that the collector used since the program started, from 0 to 1; updated at each collection.</summary>
    public required Known<double> GCCPUFraction { get; init; }

    /// <summary>Always true, also with GOGC=off: that is what the runtime reports.</summary>
    public required Known<bool> EnableGC { get; init; }

    /// <summary>Always false: unused by the runtime.</summary>
    public required Known<bool> DebugGC { get; init; }

    /// <summary>61 entries, one for each size class from 0; classes above 60 are not part of <c>runtime.MemStats</c>.</summary>
    public required Known<IReadOnlyList<MemStatsSizeClass>> BySize { get; init; }

    /// <summary>Goroutines, as <c>runtime.NumGoroutine</c> counts them: without the runtime's own.</summary>
    public required Known<int> NumGoroutine { get; init; }

    /// <summary>GOMAXPROCS: how many threads may run Go code at once.</summary>
    public required Known<int> GOMAXPROCS { get; init; }
}
