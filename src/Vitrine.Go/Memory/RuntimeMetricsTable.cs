using Vitrine.Go.Binary;
using Vitrine.Instruments;

namespace Vitrine.Go.Memory;

/// <summary>Each metric of runtime/metrics: its name, what it is, since which Go version, and the rule by which it follows from what was read.</summary>
static class RuntimeMetricsTable
{
    const string NotRead = "not read from outside";

    /// <summary>The metrics that this version of Go has.</summary>
    public static IEnumerable<RuntimeMetric> Of(GoVersion version, MemStats stats, MemStatsSources sources)
    {
        foreach (var (minor, metric) in All(stats, sources))
        {
            if (version.AtLeast(1, minor))
                yield return metric;
        }
    }

    static IEnumerable<(int Minor, RuntimeMetric Metric)> All(MemStats stats, MemStatsSources sources)
    {
        Known<StructImage> scheduler = sources.Snapshot.Scheduler;
        Known<ulong> Pacer(string path) => RuntimeMetricsReader.Field(sources.Snapshot.Controller, "gcController", path);
        Known<ulong> tiny = Both(sources, "tiny allocations, caches of the Ps added", static (heap, flush) => heap.TinyAllocCount + flush.TinyAllocCount);
        Known<ulong> freed = Minus(stats.TotalAlloc, stats.HeapAlloc);

        // Collections.
        yield return Sum(19, "/gc/cycles/total:gc-cycles", "Collections that were completed.", stats.NumGC.Select(static v => (ulong)v));
        yield return Sum(19, "/gc/cycles/forced:gc-cycles", "Collections that the application asked for.", stats.NumForcedGC.Select(static v => (ulong)v));
        yield return Sum(19, "/gc/cycles/automatic:gc-cycles", "Collections that the runtime began by itself.", Minus(stats.NumGC.Select(static v => (ulong)v), stats.NumForcedGC.Select(static v => (ulong)v)));
        // The runtime widens the signed percentage: GOGC=off is -1, and so the greatest number there is.
        yield return Gauge(21, "/gc/gogc:percent", "GOGC, as the application or its environment set it.", Pacer("gcPercent").Select(static v => unchecked((ulong)(int)(uint)v)));
        yield return Gauge(21, "/gc/gomemlimit:bytes", "GOMEMLIMIT, as the application or its environment set it.", Pacer("memoryLimit"));
        yield return Gauge(19, "/gc/limiter/last-enabled:gc-cycle", "The last collection in which the processor limit of the collector was on.", Unread);
        yield return Histogram(19, "/gc/pauses:seconds", "How long the world stood still for collections.", Pauses(sources));
        yield return Gauge(21, "/gc/scan/globals:bytes", "Global variables that can hold pointers.", Pacer("globalsScan"));
        yield return Gauge(21, "/gc/scan/heap:bytes", "Heap that can hold pointers.", Pacer("heapScan"));
        yield return Gauge(21, "/gc/scan/stack:bytes", "Stacks that were scanned in the last collection.", Pacer("lastStackScan"));
        yield return Gauge(21, "/gc/scan/total:bytes", "All that can hold pointers.", Plus(Plus(Pacer("globalsScan"), Pacer("heapScan")), Pacer("lastStackScan")));
        yield return Gauge(19, "/gc/stack/starting-size:bytes", "Stack of a new goroutine.", Unread);
        yield return Sum(26, "/gc/cleanups/executed:cleanups", "Cleanups that were run.", Unread);
        yield return Sum(26, "/gc/cleanups/queued:cleanups", "Cleanups that were queued.", Unread);
        yield return Sum(26, "/gc/finalizers/executed:finalizers", "Finalizers that were run.", Unread);
        yield return Sum(26, "/gc/finalizers/queued:finalizers", "Finalizers that were queued.", Unread);

        // The heap.
        yield return Sum(19, "/gc/heap/allocs:bytes", "Bytes that were ever allocated.", stats.TotalAlloc);
        yield return Sum(19, "/gc/heap/allocs:objects", "Objects that were ever allocated, without tiny ones that share a block.", Minus(stats.Mallocs, tiny));
        yield return Sum(19, "/gc/heap/frees:bytes", "Bytes that were freed.", freed);
        yield return Sum(19, "/gc/heap/frees:objects", "Objects that were freed, without tiny ones.", Minus(stats.Frees, tiny));
        yield return Histogram(19, "/gc/heap/allocs-by-size:bytes", "Allocations by size, without tiny ones.", BySize(sources, static heap => (heap.SmallAllocCount, heap.LargeAllocCount), static flush => flush.SmallAllocCount), stats.TotalAlloc.Select(static v => (double)v));
        yield return Histogram(19, "/gc/heap/frees-by-size:bytes", "Frees by size, without tiny ones.", BySize(sources, static heap => (heap.SmallFreeCount, heap.LargeFreeCount), static _ => null), freed.Select(static v => (double)v));
        yield return Gauge(19, "/gc/heap/goal:bytes", "Heap at which the next collection is to end.", stats.NextGC);
        yield return Gauge(21, "/gc/heap/live:bytes", "Heap that the last collection found in use.", Pacer("heapMarked"));
        yield return Gauge(19, "/gc/heap/objects:objects", "Objects that are allocated now, those that the collector has not swept yet among them.", stats.HeapObjects);
        yield return Sum(19, "/gc/heap/tiny/allocs:objects", "Tiny objects that were ever allocated; they share blocks.", tiny);

        // Memory by what it is for.
        yield return Gauge(19, "/memory/classes/heap/free:bytes", "Heap that is free and could be given back.", Minus(stats.HeapIdle, stats.HeapReleased));
        yield return Gauge(19, "/memory/classes/heap/objects:bytes", "Heap that objects take.", stats.HeapAlloc);
        yield return Gauge(19, "/memory/classes/heap/released:bytes", "Heap that was given back to the system.", stats.HeapReleased);
        yield return Gauge(19, "/memory/classes/heap/stacks:bytes", "Heap that stacks take.", stats.StackInuse);
        yield return Gauge(19, "/memory/classes/heap/unused:bytes", "Heap that is kept for objects and holds none.", Minus(stats.HeapInuse, stats.HeapAlloc));
        yield return Gauge(19, "/memory/classes/metadata/mcache/free:bytes", "Memory kept for mcache structures and not in use.", Minus(stats.MCacheSys, stats.MCacheInuse));
        yield return Gauge(19, "/memory/classes/metadata/mcache/inuse:bytes", "Memory of mcache structures.", stats.MCacheInuse);
        yield return Gauge(19, "/memory/classes/metadata/mspan/free:bytes", "Memory kept for mspan structures and not in use.", Minus(stats.MSpanSys, stats.MSpanInuse));
        yield return Gauge(19, "/memory/classes/metadata/mspan/inuse:bytes", "Memory of mspan structures.", stats.MSpanInuse);
        yield return Gauge(19, "/memory/classes/metadata/other:bytes", "Memory of the collector's own structures.", stats.GCSys);
        yield return Gauge(19, "/memory/classes/os-stacks:bytes", "Stacks of threads that the runtime asked the system for.", Minus(stats.StackSys, stats.StackInuse));
        yield return Gauge(19, "/memory/classes/other:bytes", "Memory of the runtime for everything else.", stats.OtherSys);
        yield return Gauge(19, "/memory/classes/profiling/buckets:bytes", "Memory of profiling buckets.", stats.BuckHashSys);
        yield return Gauge(19, "/memory/classes/total:bytes", "Address space that the runtime has obtained.", stats.Sys);

        // The scheduler.
        yield return Gauge(19, "/sched/gomaxprocs:threads", "GOMAXPROCS: threads that may run Go code at once.", stats.GOMAXPROCS.Select(static v => (ulong)v));
        yield return Gauge(19, "/sched/goroutines:goroutines", "Goroutines.", stats.NumGoroutine.Select(static v => (ulong)v));
        yield return Sum(26, "/sched/goroutines-created:goroutines", "Goroutines that were ever created.", Unread);
        yield return Gauge(26, "/sched/goroutines/not-in-go:goroutines", "Goroutines in a system call or C.", Unread);
        yield return Gauge(26, "/sched/goroutines/runnable:goroutines", "Goroutines that could run.", Unread);
        yield return Gauge(26, "/sched/goroutines/running:goroutines", "Goroutines that run.", Unread);
        yield return Gauge(26, "/sched/goroutines/waiting:goroutines", "Goroutines that wait.", Unread);
        yield return Gauge(26, "/sched/threads/total:threads", "Threads that the runtime has.", Unread);
        yield return Histogram(19, "/sched/latencies:seconds", "How long goroutines waited to run.", TimeHistogram.Of(scheduler, "sched", "timeToRun"));
        yield return Histogram(22, "/sched/pauses/stopping/gc:seconds", "How long it took to stop the world for collections.", TimeHistogram.Of(scheduler, "sched", "stwStoppingTimeGC"));
        yield return Histogram(22, "/sched/pauses/stopping/other:seconds", "How long it took to stop the world for anything else.", TimeHistogram.Of(scheduler, "sched", "stwStoppingTimeOther"));
        yield return Histogram(22, "/sched/pauses/total/gc:seconds", "How long the world stood still for collections.", TimeHistogram.Of(scheduler, "sched", "stwTotalTimeGC"));
        yield return Histogram(22, "/sched/pauses/total/other:seconds", "How long the world stood still for anything else.", TimeHistogram.Of(scheduler, "sched", "stwTotalTimeOther"));
        yield return Sum(21, "/sync/mutex/wait/total:seconds", "How long goroutines waited for locks.", Unread);

        // What the runtime counts elsewhere.
        yield return Sum(19, "/cgo/go-to-c-calls:calls", "Calls from Go to C.", Unread);
        foreach (var (name, field) in s_processorTime)
            yield return (21, new($"/cpu/classes/{name}:cpu-seconds", true, $"Processor time as the runtime estimates it, at the end of the last collection: {name}.", ProcessorTime(sources.Snapshot.Work, field)));
    }

    // The field of cpuStats (src/runtime/mstats.go) that each is read from.
    static readonly (string Name, string Field)[] s_processorTime =
    [
        ("gc/mark/assist", "GCAssistTime"), ("gc/mark/dedicated", "GCDedicatedTime"), ("gc/mark/idle", "GCIdleTime"), ("gc/pause", "GCPauseTime"), ("gc/total", "GCTotalTime"), ("idle", "IdleTime"),
        ("scavenge/assist", "ScavengeAssistTime"), ("scavenge/background", "ScavengeBgTime"), ("scavenge/total", "ScavengeTotalTime"), ("total", "TotalTime"), ("user", "UserTime"),
    ];

    /// <summary>
    /// As <c>metrics.Read</c> takes it: from the account of the last collection, which the runtime does not bring up to date in between
    /// (https://github.com/golang/go/blob/go1.26.0/src/runtime/metrics.go, cpuStatsAggregate.compute). The fields were not exported at first.
    /// </summary>
    static Known<double> ProcessorTime(Known<StructImage> work, string field)
    {
        Known<ulong> later = RuntimeMetricsReader.Field(work, "work", $"cpuStats.{field}");
        Known<ulong> nanoseconds = later.IsKnown ? later
            : RuntimeMetricsReader.Field(work, "work", $"cpuStats.{(field.StartsWith("GC", StringComparison.Ordinal) ? "gc" + field[2..] : char.ToLowerInvariant(field[0]) + field[1..])}");
        return nanoseconds.Select(static ns => (long)ns / 1e9);
    }

    static Known<ulong> Unread => Known<ulong>.Unknown(NotRead);

    /// <summary>Up to Go 1.21 the histogram is among the memory statistics; later it is the scheduler's, by another name.</summary>
    static Known<RuntimeHistogram> Pauses(MemStatsSources sources)
    {
        Known<RuntimeHistogram> later = TimeHistogram.Of(sources.Snapshot.Scheduler, "sched", "stwTotalTimeGC");
        return later.IsKnown ? later : TimeHistogram.Of(sources.Snapshot.MemStats, "memstats", "gcPauseDist");
    }

    static Known<RuntimeHistogram> BySize(MemStatsSources sources, Func<HeapStats, (ulong[] Small, ulong Large)> pick, Func<CacheFlush, ulong[]?> cached)
    {
        if (!sources.Heap.TryGet(out HeapStats? heap))
            return Known<RuntimeHistogram>.Unknown(sources.Heap.Reason);
        if (!sources.Flush.TryGet(out CacheFlush? flush))
            return Known<RuntimeHistogram>.Unknown(sources.Flush.Reason);
        var (small, large) = pick(heap);
        var added = cached(flush);
        // The class of no size is for large objects, which come last instead. A class holds what is at most its size.
        var counts = new ulong[SizeClasses.Count];
        var bounds = new double[SizeClasses.Count + 1];
        bounds[0] = 1;
        bounds[^1] = double.PositiveInfinity;
        for (var i = 1; i < SizeClasses.Count; i++)
        {
            counts[i - 1] = small[i] + (added?[i] ?? 0);
            bounds[i] = SizeClasses.ObjectSize[i] + 1;
        }
        counts[^1] = large;
        return Known<RuntimeHistogram>.Of(new RuntimeHistogram(counts, bounds), Provenance.Computed("memstats.heapStats by size class, caches of the Ps added"));
    }

    static (int, RuntimeMetric) Gauge(int minor, string name, string description, Known<ulong> value) => (minor, new(name, false, description, value.Select(static v => (double)v)));

    static (int, RuntimeMetric) Sum(int minor, string name, string description, Known<ulong> value) => (minor, new(name, true, description, value.Select(static v => (double)v)));

    static (int Minor, RuntimeMetric Metric) Histogram(int minor, string name, string description, Known<RuntimeHistogram> histogram, Known<double> sum = default) =>
        (minor, new(name, true, description, Known<double>.Unknown("it is a histogram")) { Histogram = histogram, Sum = sum });

    static Known<ulong> Minus(Known<ulong> from, Known<ulong> what) => Figures.Compute("a difference of both", static v => v[0] >= v[1] ? v[0] - v[1] : 0, from, what);

    static Known<ulong> Plus(Known<ulong> one, Known<ulong> other) => Figures.Sum("a sum of both", one, other);

    static Known<ulong> Both(MemStatsSources sources, string route, Func<HeapStats, CacheFlush, ulong> rule) =>
        !sources.Heap.TryGet(out HeapStats? heap) ? Known<ulong>.Unknown(sources.Heap.Reason)
        : !sources.Flush.TryGet(out CacheFlush? flush) ? Known<ulong>.Unknown(sources.Flush.Reason)
        : Known<ulong>.Of(rule(heap, flush), Provenance.Computed(route));
}
