using System.Diagnostics;
using Vitrine.Go.Binary;
using Vitrine.Instruments;

namespace Vitrine.Go.Memory;

/// <summary>
/// Reads what <c>runtime.ReadMemStats</c> would say, without stopping or touching the process.
/// <para>1. Read everything (totals, pacer, heap, scheduler, the caches of all Ps) until two readings in a row are the same.</para>
/// <para>2. Add the three generations of the heap statistics up (<see cref="HeapStats"/>).</para>
/// <para>3. Compute what flushing the caches of the Ps would add (<see cref="CacheFlush"/>).</para>
/// <para>4. Derive the figures by the runtime's own rules, in the order of its source.</para>
/// <para>5. Compare the two accounts that the runtime keeps of the heap: if they differ in a quiet process, a layout is wrong, and that is said.</para>
/// Every figure that depends on something unknown is unknown with that reason; the others stay.
/// </summary>
public static class MemStatsReader
{
    /// <summary>Reads the statistics of a process.</summary>
    /// <exception cref="Vitrine.Linux.Processes.TargetGoneException">The process ended, or runs another program.</exception>
    public static Look<MemStats> Read(GoTarget target, MemStatsOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        Look<MemStats> look = Read(RuntimeViews.Of(target), options);
        target.ThrowIfGone();
        return look;
    }

    /// <summary>Reads the statistics.</summary>
    public static Look<MemStats> Read(RuntimeView view, MemStatsOptions? options = null) => ReadWithSources(view, options).Look;

    /// <summary>Reads the statistics, and hands out what they were derived from: whoever derives more needs the same moment.</summary>
    internal static (Look<MemStats> Look, MemStatsSources Sources) ReadWithSources(RuntimeView view, MemStatsOptions? options)
    {
        options ??= MemStatsOptions.Default;
        DateTimeOffset capturedAt = DateTimeOffset.UtcNow;
        long started = Stopwatch.GetTimestamp();
        var notes = new List<string>();

        (MemStatsSnapshot snapshot, Consistency consistency) = ReadUntilQuiet(view, options, notes);
        Known<HeapStats> heap = Attempt(snapshot.MemStats, "memstats.heapStats, all generations added", HeapStats.Sum);
        Known<CacheFlush> flush = snapshot.SweepGeneration.TryGet(out ulong sweep)
            ? Attempt(snapshot.Caches, "the caches of the Ps, as a flush would count them", caches => CacheFlush.Compute(view, caches, (uint)sweep))
            : Known<CacheFlush>.Unknown(snapshot.SweepGeneration.Reason);
        if (flush.TryGet(out CacheFlush? flushed))
            notes.AddRange(flushed.Notes);
        MemStats stats = Derive(view, snapshot, heap, flush);
        if (consistency.Torn == 0)
            CompareAccounts(snapshot, heap, notes);

        return (new Look<MemStats>(stats, capturedAt, Stopwatch.GetElapsedTime(started), consistency, notes), new MemStatsSources(snapshot, heap, flush));
    }

    static (MemStatsSnapshot Snapshot, Consistency Consistency) ReadUntilQuiet(RuntimeView view, MemStatsOptions options, List<string> notes)
    {
        long before = Stopwatch.GetTimestamp();
        MemStatsSnapshot last = MemStatsSnapshot.Take(view);
        MemStatsSnapshot? sameCycle = null;
        TimeSpan sameCycleSkew = default;
        for (int attempt = 1; attempt < Math.Max(options.MaxAttempts, 2); attempt++)
        {
            long between = Stopwatch.GetTimestamp();
            MemStatsSnapshot next = MemStatsSnapshot.Take(view);
            TimeSpan skew = Stopwatch.GetElapsedTime(before);
            if (next.SameAs(last))
                return (next, new Consistency { Total = 1, Accepted = 1, Retried = attempt > 1 ? 1 : 0, SkewMs = skew.TotalMilliseconds });
            if (next.Cycle == last.Cycle)
                (sameCycle, sameCycleSkew) = (next, skew);
            (last, before) = (next, between);
        }

        // A busy process: no two readings agree. Figures of one collection still belong together; figures from both sides of one do not.
        bool mixed = sameCycle is null;
        sameCycleSkew = mixed ? Stopwatch.GetElapsedTime(before) : sameCycleSkew;
        if (sameCycle?.Caches.TryGet(out ProcessorCaches? caches) == true && caches.Torn > 0)
            notes.Add($"{caches.Torn} parts of the caches of the Ps made no sense at the last reading and are left out.");
        notes.Add($"The process allocates while it is read: the figures are not one instant, they are at most {sameCycleSkew.TotalMicroseconds:F0} µs apart"
            + (mixed ? ", and a collection ended in between." : "."));
        return (sameCycle ?? last, new Consistency { Total = 1, Retried = 1, Torn = 1, SkewMs = sameCycleSkew.TotalMilliseconds });
    }

    static MemStats Derive(RuntimeView view, MemStatsSnapshot snapshot, Known<HeapStats> heap, Known<CacheFlush> flush)
    {
        Known<ulong> Stat(string path) => Field(snapshot.MemStats, "memstats", path);
        Known<ulong> Pacer(string path) => Field(snapshot.Controller, "gcController", path);
        Known<ulong> Heap(string name, Func<HeapStats, ulong> pick) => Pick(heap, $"memstats.heapStats.{name}", pick);
        Known<ulong> Flush(string name, Func<CacheFlush, ulong> pick) => Pick(flush, name, pick);

        // 4.1 Objects: what was freed and allocated, by size class, with what the Ps have not accounted for.
        Known<ulong> totalAlloc = Compute2(heap, flush, "large allocations and all size classes of memstats.heapStats, caches of the Ps added", (h, f) =>
            h.LargeAlloc + BytesOf(h.SmallAllocCount) + f.AllocatedBytes);
        Known<ulong> totalFree = Heap("largeFree and smallFreeCount", h => h.LargeFree + BytesOf(h.SmallFreeCount));
        Known<ulong> tiny = Compute2(heap, flush, "tiny allocations, caches of the Ps added", (h, f) => h.TinyAllocCount + f.TinyAllocCount);
        Known<ulong> mallocs = Compute2(heap, flush, "allocations of all size classes of memstats.heapStats, caches of the Ps added", (h, f) =>
            h.LargeAllocCount + CountOf(h.SmallAllocCount) + CountOf(f.SmallAllocCount) + h.TinyAllocCount + f.TinyAllocCount);
        Known<ulong> frees = Figures.Sum("frees of all size classes of memstats.heapStats, tiny allocations added as the runtime does",
            Heap("largeFreeCount and smallFreeCount", h => h.LargeFreeCount + CountOf(h.SmallFreeCount)), tiny);
        Known<ulong> alloc = Figures.Compute("TotalAlloc - bytes freed", v => v[0] - v[1], totalAlloc, totalFree);

        // 4.2 Spans: the pacer's account; where the pacer's address is unknown, the other account says the same.
        Known<ulong> freedStacks = Flush("free stacks in the caches of the Ps", f => f.FreedStackBytes);
        Known<ulong> heapInUse = Figures.FirstKnown(Pacer("heapInUse"), Heap("inHeap", h => h.InHeap));
        Known<ulong> heapReleased = Figures.FirstKnown(Pacer("heapReleased"), Heap("released", h => h.Released));
        Known<ulong> heapFreeNow = Figures.FirstKnown(
            Pacer("heapFree"), Heap("committed - inHeap - inStacks - inWorkBufs", h => h.Committed - h.InHeap - h.InStacks - h.InWorkBufs - h.InPtrScalarBits));
        Known<ulong> heapFree = Figures.Sum($"{heapFreeNow.Provenance.Route}, stack spans that a flush frees added", heapFreeNow, freedStacks);
        Known<ulong> stackInUse = Figures.Compute(
            "memstats.heapStats.inStacks - stack spans that a flush frees", v => v[0] - v[1], Heap("inStacks", h => h.InStacks), freedStacks);
        Known<ulong> heapSys = Figures.Sum("heap in use + free + released", heapInUse, heapFree, heapReleased);

        // 4.3 The runtime's own memory.
        Known<ulong> listBytes = Flush("blocks of span lists that a flush needs", f => f.NewListBytes);
        Known<ulong> gcMisc = Figures.Sum("memstats.gcMiscSys, blocks of span lists that a flush needs added", Stat("gcMiscSys"), listBytes);
        Known<ulong> other = Figures.Compute(
            "memstats.other_sys - blocks of span lists that a flush needs", v => v[0] - v[1], Stat("other_sys"), listBytes);
        Known<ulong> gcSpans = Heap("inWorkBufs and inPtrScalarBits", h => h.InWorkBufs + h.InPtrScalarBits);
        Known<ulong> sys = Figures.Sum("sum of everything obtained from the system",
            heapSys, stackInUse, gcSpans, Stat("stacks_sys"), Stat("mspan_sys"), Stat("mcache_sys"), Stat("buckhash_sys"), gcMisc, other);

        return new MemStats
        {
            Alloc = alloc,
            TotalAlloc = totalAlloc,
            Sys = sys,
            Lookups = Known<ulong>.Of(0, Provenance.Read("always 0 since Go 1.9")),
            Mallocs = mallocs,
            Frees = frees,
            HeapAlloc = alloc,
            HeapSys = heapSys,
            HeapIdle = Figures.Sum("heap free + released", heapFree, heapReleased),
            HeapInuse = heapInUse,
            HeapReleased = heapReleased,
            HeapObjects = Figures.Compute("Mallocs - Frees", v => v[0] - v[1], mallocs, frees),
            StackInuse = stackInUse,
            StackSys = Figures.Sum("StackInuse + memstats.stacks_sys", stackInUse, Stat("stacks_sys")),
            MSpanInuse = Figures.Compute("mheap_.spanalloc.inuse - span structures that a flush frees", v => v[0] - v[1],
                snapshot.SpanStructsInUse, Flush("span structures that a flush frees", f => f.FreedSpanStructBytes)),
            MSpanSys = Stat("mspan_sys"),
            MCacheInuse = snapshot.CacheStructsInUse,
            MCacheSys = Stat("mcache_sys"),
            BuckHashSys = Stat("buckhash_sys"),
            GCSys = Figures.Sum("memstats.gcMiscSys + work buffers", gcMisc, gcSpans),
            OtherSys = other,
            NextGC = NextGC(view, snapshot, flush),
            LastGC = Stat("last_gc_unix"),
            PauseTotalNs = Stat("pause_total_ns"),
            PauseNs = Ring(snapshot.MemStats, "pause_ns"),
            PauseEnd = Ring(snapshot.MemStats, "pause_end"),
            NumGC = Stat("numgc").Select(v => (uint)v),
            NumForcedGC = Stat("numforcedgc").Select(v => (uint)v),
            GCCPUFraction = Stat("gc_cpu_fraction").Select(BitConverter.UInt64BitsToDouble),
            EnableGC = Known<bool>.Of(true, Provenance.Read("always true, as the runtime reports it")),
            DebugGC = Known<bool>.Of(false, Provenance.Read("always false, as the runtime reports it")),
            BySize = BySize(heap, flush),
            NumGoroutine = NumGoroutine(snapshot),
            GOMAXPROCS = snapshot.GoMaxProcs.Select(v => (int)v),
        };
    }

    static Known<ulong> NextGC(RuntimeView view, MemStatsSnapshot snapshot, Known<CacheFlush> flush)
    {
        if (!snapshot.Controller.TryGet(out StructImage? pacer))
            return Known<ulong>.Unknown(snapshot.Controller.Reason);
        if (!flush.TryGet(out CacheFlush? flushed))
            return Known<ulong>.Unknown(flush.Reason);
        try
        {
            ulong heapAlloc = pacer.Get("totalAlloc") + flushed.AllocatedBytes - pacer.Get("totalFree");
            return Known<ulong>.Of(
                HeapGoal.Compute(pacer, view.Version, pacer.Get("heapFree") + flushed.FreedStackBytes, heapAlloc),
                Provenance.Computed("the pacer's rule for the heap goal, from gcController"));
        }
        catch (GoBinaryException e)
        {
            return Known<ulong>.Unknown(e.Message);
        }
    }

    static Known<IReadOnlyList<MemStatsSizeClass>> BySize(Known<HeapStats> heap, Known<CacheFlush> flush)
    {
        if (!heap.TryGet(out HeapStats? h))
            return Known<IReadOnlyList<MemStatsSizeClass>>.Unknown(heap.Reason);
        if (!flush.TryGet(out CacheFlush? f))
            return Known<IReadOnlyList<MemStatsSizeClass>>.Unknown(flush.Reason);
        var classes = new MemStatsSizeClass[SizeClasses.Reported];
        for (int i = 0; i < classes.Length; i++)
            classes[i] = new MemStatsSizeClass(SizeClasses.ObjectSize[i], h.SmallAllocCount[i] + f.SmallAllocCount[i], h.SmallFreeCount[i]);
        return Known<IReadOnlyList<MemStatsSizeClass>>.Of(classes, Provenance.Computed("memstats.heapStats by size class, caches of the Ps added"));
    }

    static Known<int> NumGoroutine(MemStatsSnapshot snapshot)
    {
        if (!snapshot.AllGoroutines.TryGet(out ulong all))
            return Known<int>.Unknown(snapshot.AllGoroutines.Reason);
        if (!snapshot.Caches.TryGet(out ProcessorCaches? caches))
            return Known<int>.Unknown(snapshot.Caches.Reason);
        if (MemStatsSnapshot.GoroutinesAside(snapshot.Scheduler) is not { } aside)
            return Known<int>.Unknown(snapshot.Scheduler.IsKnown ? "struct runtime.schedt has no list of free goroutines that is known" : snapshot.Scheduler.Reason);
        // As in the runtime: the parts move on their own, so the result may be off, but the process has at least one.
        long count = (long)all - (long)aside - caches.FreeGoroutines;
        return Known<int>.Of((int)Math.Clamp(count, 1, int.MaxValue), Provenance.Computed("allglen - dead goroutines - the runtime's own"));
    }

    static Known<IReadOnlyList<ulong>> Ring(Known<StructImage> memstats, string path)
    {
        const int Length = 256;
        if (!memstats.TryGet(out StructImage? image))
            return Known<IReadOnlyList<ulong>>.Unknown(memstats.Reason);
        if (image.Layout.OffsetOf(path) is not { } offset)
            return Known<IReadOnlyList<ulong>>.Unknown($"struct runtime.mstats has no field {path} in this Go version");
        var ring = new ulong[Length];
        for (int i = 0; i < Length; i++)
        {
            if (!image.TryGetUInt64At(offset + i * 8, out ring[i]))
                return Known<IReadOnlyList<ulong>>.Unknown($"field {path} lies outside struct runtime.mstats");
        }
        return Known<IReadOnlyList<ulong>>.Of(ring, Provenance.Read($"memstats.{path}"));
    }

    /// <summary>The runtime keeps two accounts of the heap. In a quiet process they agree; that they do is the proof that both layouts are right.</summary>
    static void CompareAccounts(MemStatsSnapshot snapshot, Known<HeapStats> heap, List<string> notes)
    {
        if (!snapshot.Controller.TryGet(out StructImage? pacer) || !heap.TryGet(out HeapStats? stats))
            return;
        void Compare(string name, string path, ulong other)
        {
            if (pacer.TryGet(path, out ulong value) && value != other)
                notes.Add($"The runtime's two accounts of {name} differ ({value} and {other} bytes): the layout used for Go's statistics may not fit this binary.");
        }
        Compare("the heap in use", "heapInUse", stats.InHeap);
        Compare("the released heap", "heapReleased", stats.Released);
        Compare("the free heap", "heapFree", stats.Committed - stats.InHeap - stats.InStacks - stats.InWorkBufs - stats.InPtrScalarBits);
    }

    static ulong BytesOf(ulong[] counts)
    {
        ulong bytes = 0;
        for (int i = 0; i < counts.Length; i++)
            bytes += counts[i] * SizeClasses.ObjectSize[i];
        return bytes;
    }

    static ulong CountOf(ulong[] counts) => counts.Aggregate(0UL, (sum, count) => sum + count);

    static Known<ulong> Field(Known<StructImage> image, string owner, string path) =>
        image.TryGet(out StructImage? value) ? value.Figure(owner, path) : Known<ulong>.Unknown(image.Reason);

    static Known<ulong> Pick<T>(Known<T> source, string route, Func<T, ulong> pick) =>
        source.TryGet(out T? value) ? Known<ulong>.Of(pick(value), Provenance.Computed(route)) : Known<ulong>.Unknown(source.Reason);

    static Known<ulong> Compute2(Known<HeapStats> heap, Known<CacheFlush> flush, string route, Func<HeapStats, CacheFlush, ulong> rule) =>
        !heap.TryGet(out HeapStats? h) ? Known<ulong>.Unknown(heap.Reason)
        : !flush.TryGet(out CacheFlush? f) ? Known<ulong>.Unknown(flush.Reason)
        : Known<ulong>.Of(rule(h, f), Provenance.Computed(route));

    static Known<TResult> Attempt<TSource, TResult>(Known<TSource> source, string route, Func<TSource, TResult> compute)
    {
        if (!source.TryGet(out TSource? value))
            return Known<TResult>.Unknown(source.Reason);
        try
        {
            return Known<TResult>.Of(compute(value), Provenance.Computed(route));
        }
        catch (GoBinaryException e)
        {
            return Known<TResult>.Unknown(e.Message);
        }
    }
}
