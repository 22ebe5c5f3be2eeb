using Vitrine.Go.Binary;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Memory;

/// <summary>
/// What flushing the caches of all Ps would add to the statistics. ReadMemStats does it with the world stopped; here it is computed and
/// nothing is touched. Three things move:
/// <list type="number">
/// <item>objects allocated from a cached span since the P took it (allocCount - allocCountBeforeCache), and tiny objects, become counted;</item>
/// <item>free stacks go back to their spans; a span without stacks in use goes back to the heap, unless a collection runs;</item>
/// <item>spans go to the lists of their class, which may need another block of 512 entries (<see cref="SpanLists"/>).</item>
/// </list>
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/mcache.go (releaseAll), https://github.com/golang/go/blob/go1.26.0/src/runtime/stack.go (stackcache_clear, stackpoolfree).
/// </summary>
sealed class CacheFlush
{
    /// <summary>A collection changes the world every few milliseconds; a span cached before the sweep that now runs is swept when it is flushed.</summary>
    const uint CachedInThisGeneration = 3;

    /// <summary>Objects per size class that become counted.</summary>
    public ulong[] SmallAllocCount { get; } = new ulong[SizeClasses.Count];

    /// <summary>Tiny objects that become counted.</summary>
    public ulong TinyAllocCount { get; private set; }

    /// <summary>Bytes that become counted.</summary>
    public ulong AllocatedBytes { get; private set; }

    /// <summary>Bytes of stack spans that go back to the heap.</summary>
    public ulong FreedStackBytes { get; private set; }

    /// <summary>Bytes of <c>mspan</c> structures that become free, when the P that flushes has no room for them.</summary>
    public ulong FreedSpanStructBytes { get; private set; }

    /// <summary>Bytes that move from <c>OtherSys</c> to <c>GCSys</c> because a span list needs a block.</summary>
    public ulong NewListBytes { get; private set; }

    /// <summary>What could not be computed, each a full sentence.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>Computes the flush.</summary>
    public static CacheFlush Compute(RuntimeView view, ProcessorCaches caches, uint sweepGeneration)
    {
        var flush = new CacheFlush { TinyAllocCount = caches.TinyAllocs };
        int stale = 0;
        foreach (ProcessorCaches.CachedSpan span in caches.Spans)
        {
            ulong allocated = span.AllocCount - span.AllocCountBeforeCache;
            flush.SmallAllocCount[span.SpanClass >> 1] += allocated;
            flush.AllocatedBytes += allocated * span.ElementSize;
            if (span.SweepGeneration != unchecked(sweepGeneration + CachedInThisGeneration))
                stale++;
        }
        if (stale > 0)
            flush.Notes.Add($"A collection is being finished: {stale} cached spans wait to be swept, and what ReadMemStats would free of them is not subtracted.");
        flush.FreeStacks(view, caches);
        flush.NewListBytes = SpanLists.NewBytes(view, caches.Spans, sweepGeneration, flush.Notes);
        return flush;
    }

    void FreeStacks(RuntimeView view, ProcessorCaches caches)
    {
        if (caches.FreeStacks.Count == 0)
            return;
        if (!view.ReadScalar("runtime.gcphase", 4).TryGet(out ulong phase))
        {
            Notes.Add("Whether a collection runs is not known: stack spans that a flush would free are counted as in use.");
            return;
        }
        const ulong Off = 0;
        if (phase != Off)
            return;
        if (StackSpans.TryOpen(view) is not { } map || !view.LayoutOf("runtime.mspan").TryGet(out StructLayout? mspan))
        {
            Notes.Add("The map from stacks to spans is not known: stack spans that a flush would free are counted as in use.");
            return;
        }

        var cachedPerSpan = new Dictionary<ulong, int>();
        foreach (ulong stack in caches.FreeStacks)
        {
            if (map.TryFind(stack, out ulong span))
                cachedPerSpan[span] = cachedPerSpan.GetValueOrDefault(span) + 1;
        }
        int freed = 0;
        foreach ((ulong address, int cached) in cachedPerSpan)
        {
            if (!StructImage.TryRead(view.Memory, address, mspan, out StructImage? span) || span.Get("allocCount") != (ulong)cached)
                continue;
            ulong pages = span.Get("npages");
            if (pages > RuntimeLimits.MaxStackSpanPages)
                continue;
            FreedStackBytes += pages * SizeClasses.PageSize;
            freed++;
        }
        // Freed structures first fill the cache of the P that reads the statistics, and which one that would be is open.
        FreedSpanStructBytes = (ulong)Math.Max(freed - caches.SpanStructRoom.Most, 0) * (ulong)mspan.Size;
        if (freed > caches.SpanStructRoom.Least)
            Notes.Add($"MSpanInuse may be up to {(freed - caches.SpanStructRoom.Least) * mspan.Size} bytes lower: that depends on which P would read the statistics.");
    }
}
