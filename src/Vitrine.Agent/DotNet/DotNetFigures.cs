using Vitrine.DotNet.Counters;
using Vitrine.DotNet.Outside;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.DotNet;

/// <summary>The figures of a .NET process: those of its own counters, and those of the kernel, which are there whatever the process allows.</summary>
static class DotNetFigures
{
    const double Megabyte = 1_000_000;

    /// <summary>A counter of the runtime and the figure that it makes.</summary>
    sealed record Source(string Section, string Label, string Name, FigureUnit Unit, string Counter, double Factor = 1);

    // Names and units of the counters: https://github.com/dotnet/runtime/blob/main/src/libraries/System.Private.CoreLib/src/System/Diagnostics/Tracing/RuntimeEventSource.cs
    static readonly Source[] s_counters =
    [
        new("Heap", "in use (gc-heap-size)", "heapBytes", FigureUnit.Bytes, "gc-heap-size", Megabyte),
        new("After the last collection", "committed (gc-committed)", "committedBytes", FigureUnit.Bytes, "gc-committed", Megabyte),
        new("After the last collection", "fragmented (gc-fragmentation)", "fragmentedPercent", FigureUnit.Percent, "gc-fragmentation"),
        new("After the last collection", "generation 0", "generation0Bytes", FigureUnit.Bytes, "gen-0-size"),
        new("After the last collection", "generation 1", "generation1Bytes", FigureUnit.Bytes, "gen-1-size"),
        new("After the last collection", "generation 2", "generation2Bytes", FigureUnit.Bytes, "gen-2-size"),
        new("After the last collection", "large objects", "largeObjectBytes", FigureUnit.Bytes, "loh-size"),
        new("After the last collection", "pinned objects", "pinnedObjectBytes", FigureUnit.Bytes, "poh-size"),
        new("In the last round of counters", "allocated", "allocatedBytesPerSecond", FigureUnit.BytesPerSecond, "alloc-rate"),
        new("In the last round of counters", "collections, generation 0", "generation0Collections", FigureUnit.Count, "gen-0-gc-count"),
        new("In the last round of counters", "collections, generation 1", "generation1Collections", FigureUnit.Count, "gen-1-gc-count"),
        new("In the last round of counters", "collections, generation 2", "generation2Collections", FigureUnit.Count, "gen-2-gc-count"),
        new("In the last round of counters", "paused by collections", "pausedMs", FigureUnit.Milliseconds, "total-pause-time-by-gc"),
        new("In the last round of counters", "time in the last collection (time-in-gc)", "timeInGcPercent", FigureUnit.Percent, "time-in-gc"),
        new("In the last round of counters", "exceptions", "exceptionsPerSecond", FigureUnit.PerSecond, "exception-count"),
        new("In the last round of counters", "locks that were waited for", "contentionsPerSecond", FigureUnit.PerSecond, "monitor-lock-contention-count"),
        new("In the last round of counters", "processor time of all processors", "processorPercent", FigureUnit.Percent, "cpu-usage"),
        new("Thread pool", "threads", "poolThreads", FigureUnit.Count, "threadpool-thread-count"),
        new("Thread pool", "work items that wait", "poolQueueLength", FigureUnit.Count, "threadpool-queue-length"),
        new("Thread pool", "work items done", "poolItemsPerSecond", FigureUnit.PerSecond, "threadpool-completed-items-count"),
        new("Thread pool", "timers", "timers", FigureUnit.Count, "active-timer-count"),
        new("Code", "assemblies", "assemblies", FigureUnit.Count, "assembly-count"),
        new("Code", "methods compiled", "methodsCompiled", FigureUnit.Count, "methods-jitted-count"),
    ];

    /// <summary>All figures. Those of the counters are of one round, what grows of all rounds of the session.</summary>
    /// <param name="target">The process.</param>
    /// <param name="session">Its counters; null when they cannot be had.</param>
    /// <param name="why">Why not; empty when they can.</param>
    public static IReadOnlyList<Figure> Of(DotNetTarget target, RuntimeCounterSession? session, string why)
    {
        var latest = session?.Latest;
        var figures = s_counters.Select(source => new Figure(source.Section, source.Label, source.Name, source.Unit, Value(source, latest, why))).ToList();
        figures.AddRange(OfKernel(target.Process));
        return figures;
    }

    static Known<double> Value(Source source, IReadOnlyDictionary<string, RuntimeCounter>? latest, string why)
    {
        if (latest is null || latest.Count == 0)
            return Known<double>.Unknown(why.Length > 0 ? why : "the process sent no counters: it was published without event sources (EventSourceSupport=false)");
        if (!latest.TryGetValue(source.Counter, out var counter))
            return Known<double>.Unknown($"this version of the runtime has no counter {source.Counter}");
        var isRate = source.Unit is FigureUnit.BytesPerSecond or FigureUnit.PerSecond;
        return Known<double>.Of((isRate ? counter.PerSecond : counter.Value) * source.Factor, Provenance.Read($"counter {source.Counter} of System.Runtime, over the diagnostics port"));
    }

    static IEnumerable<Figure> OfKernel(LinuxProcess process)
    {
        const string section = "By the kernel";
        yield return new(section, "resident memory", "residentBytes", FigureUnit.Bytes, Known<double>.Of(process.ResidentBytes, Provenance.Read("/proc/PID/statm")));
        var usage = process.ReadMemoryUsage();
        yield return new(section, "its share of shared pages counted (PSS)", "proportionalBytes", FigureUnit.Bytes, Of(usage, static one => one.ProportionalBytes));
        yield return new(section, "private and written to", "privateDirtyBytes", FigureUnit.Bytes, Of(usage, static one => one.PrivateDirtyBytes));
        yield return new(section, "swapped out", "swapBytes", FigureUnit.Bytes, Of(usage, static one => one.SwapBytes));
        yield return new(section, "threads", "threads", FigureUnit.Count, Known<double>.Of(process.Threads().Count, Provenance.Read("/proc/PID/task")));
    }

    static Known<double> Of(MemoryUsage? usage, Func<MemoryUsage, long> take) =>
        usage is { } known ? Known<double>.Of(take(known), Provenance.Read("/proc/PID/smaps_rollup")) : Known<double>.Unknown("the kernel does not show /proc/PID/smaps_rollup");
}
