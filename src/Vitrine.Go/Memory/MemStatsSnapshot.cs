using Vitrine.Go.Binary;
using Vitrine.Instruments;

namespace Vitrine.Go.Memory;

/// <summary>One reading of everything that the memory statistics are made of. It is not one instant: two readings are compared to see what moved.</summary>
sealed class MemStatsSnapshot
{
    public required Known<StructImage> MemStats { get; init; }

    public required Known<StructImage> Controller { get; init; }

    public required Known<StructImage> Scheduler { get; init; }

    public required Known<StructImage> Work { get; init; }

    public required Known<ulong> SweepGeneration { get; init; }

    public required Known<ulong> SpanStructsInUse { get; init; }

    public required Known<ulong> CacheStructsInUse { get; init; }

    public required Known<ulong> GoMaxProcs { get; init; }

    public required Known<ulong> AllGoroutines { get; init; }

    public required Known<ProcessorCaches> Caches { get; init; }

    /// <summary>Reads everything once, in the order in which the allocator writes: the caches first, the totals behind them.</summary>
    public static MemStatsSnapshot Take(RuntimeView view) => new()
    {
        Caches = Try(() => ProcessorCaches.Read(view)),
        MemStats = view.ReadStruct("runtime.memstats", "runtime.mstats"),
        Controller = view.ReadStruct("runtime.gcController", "runtime.gcControllerState"),
        Scheduler = view.ReadStruct("runtime.sched", "runtime.schedt"),
        // Not compared between two readings: the collector writes into it all the time, and what is taken of it changes at the end of a collection only.
        Work = view.ReadStruct("runtime.work", "runtime.workType"),
        SweepGeneration = HeapField(view, "sweepgen", 4),
        SpanStructsInUse = HeapField(view, "spanalloc.inuse", 8),
        CacheStructsInUse = HeapField(view, "cachealloc.inuse", 8),
        GoMaxProcs = view.ReadScalar("runtime.gomaxprocs", 4),
        AllGoroutines = view.ReadScalar("runtime.allglen", 8),
    };

    /// <summary>The collection this reading belongs to: when it differs between two readings, their figures must not be mixed.</summary>
    public (ulong? SweepGeneration, ulong? Collections, ulong? StatsGeneration) Cycle => (
        SweepGeneration.TryGet(out ulong sweep) ? sweep : null,
        MemStats.TryGet(out StructImage? stats) && stats.TryGet("numgc", out ulong collections) ? collections : null,
        MemStats.TryGet(out stats) && stats.TryGet("heapStats.gen", out ulong generation) ? generation : null);

    /// <summary>Whether another reading found exactly the same: then both, and everything derived from them, are true of any moment in between.</summary>
    public bool SameAs(MemStatsSnapshot other) =>
        Same(MemStats, other.MemStats)
        && Same(Controller, other.Controller)
        && SweepGeneration.Equals(other.SweepGeneration)
        && SpanStructsInUse.Equals(other.SpanStructsInUse)
        && CacheStructsInUse.Equals(other.CacheStructsInUse)
        && GoMaxProcs.Equals(other.GoMaxProcs)
        && AllGoroutines.Equals(other.AllGoroutines)
        && GoroutinesAside(Scheduler) == GoroutinesAside(other.Scheduler)
        && Caches.IsKnown == other.Caches.IsKnown
        && (!Caches.IsKnown || (Caches.Value.Torn == 0 && other.Caches.Value.Torn == 0
            && Caches.Value.Fingerprint.SequenceEqual(other.Caches.Value.Fingerprint)));

    /// <summary>Goroutines that are not counted: dead ones in the global list, and the runtime's own. The names changed in Go 1.25.</summary>
    public static ulong? GoroutinesAside(Known<StructImage> scheduler)
    {
        if (!scheduler.TryGet(out StructImage? sched) || !sched.TryGet("ngsys", out ulong system))
            return null;
        if (sched.TryGet("gFree.n", out ulong free))
            return free + system;
        return sched.TryGet("gFree.stack.size", out ulong withStack) && sched.TryGet("gFree.noStack.size", out ulong without)
            ? withStack + without + system
            : null;
    }

    static bool Same(Known<StructImage> left, Known<StructImage> right) =>
        left.IsKnown == right.IsKnown && (!left.IsKnown || left.Value.Bytes.SequenceEqual(right.Value.Bytes));

    static Known<ulong> HeapField(RuntimeView view, string path, int size)
    {
        Known<ulong> mheap = view.AddressOf("runtime.mheap_");
        if (!mheap.IsKnown)
            return mheap;
        Known<StructLayout> layout = view.LayoutOf("runtime.mheap");
        if (!layout.IsKnown)
            return Known<ulong>.Unknown(layout.Reason);
        if (layout.Value.OffsetOf(path) is not { } offset)
            return Known<ulong>.Unknown($"struct runtime.mheap has no field {path} in this Go version ({layout.Value.Source})");
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        return Vitrine.Linux.Memory.MemoryReaderExtensions.TryRead(view.Memory, unchecked(mheap.Value + (ulong)offset), bytes[..size])
            ? Known<ulong>.Of(BitConverter.ToUInt64(bytes), Provenance.Read($"runtime.mheap_.{path}"))
            : Known<ulong>.Unknown($"runtime.mheap_.{path} is not readable");
    }

    static Known<T> Try<T>(Func<Known<T>> read)
    {
        try
        {
            return read();
        }
        catch (GoBinaryException e)
        {
            return Known<T>.Unknown(e.Message);
        }
    }
}
