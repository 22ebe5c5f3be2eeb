using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Vitrine.Go.Binary;
using Vitrine.Instruments;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Memory;

/// <summary>
/// What the Ps keep for themselves and have not accounted for: each P's <c>mcache</c> with its spans and free stacks. ReadMemStats stops the
/// world and flushes them; from outside they are read and added up instead (<see cref="CacheFlush"/>).
/// </summary>
sealed class ProcessorCaches
{
    const int StackOrders = 4;

    readonly List<byte> _fingerprint = [];

    ProcessorCaches()
    {
    }

    /// <summary>One span that a P allocates from.</summary>
    /// <param name="SpanClass">Twice the size class, plus one when its objects have no pointers.</param>
    /// <param name="AllocCount">Objects in use in the span.</param>
    /// <param name="AllocCountBeforeCache">Objects that were in use, and accounted for, when the P took the span.</param>
    /// <param name="ElementSize">Bytes of one object.</param>
    /// <param name="Elements">Objects the span has room for.</param>
    /// <param name="SweepGeneration">The span's sweep generation.</param>
    public readonly record struct CachedSpan(
        int SpanClass, uint AllocCount, uint AllocCountBeforeCache, ulong ElementSize, ulong Elements, uint SweepGeneration);

    /// <summary>Spans in the caches of all Ps, empty ones left out.</summary>
    public List<CachedSpan> Spans { get; } = [];

    /// <summary>Addresses of free stacks in the caches of all Ps.</summary>
    public List<ulong> FreeStacks { get; } = [];

    /// <summary>Tiny objects that were allocated and not accounted for.</summary>
    public ulong TinyAllocs { get; private set; }

    /// <summary>Dead goroutines that the Ps keep for reuse.</summary>
    public int FreeGoroutines { get; private set; }

    /// <summary>Least and most room that a P has left for freed <c>mspan</c> structures; a structure that goes there still counts as allocated.</summary>
    public (int Least, int Most) SpanStructRoom { get; private set; } = (int.MaxValue, 0);

    /// <summary>Ps that were looked at.</summary>
    public int Processors { get; private set; }

    /// <summary>Parts that could not be read or made no sense: the process moved, or the layout is wrong.</summary>
    public int Torn { get; private set; }

    /// <summary>Every byte that a flush depends on; equal fingerprints of two readings mean that nothing moved in between.</summary>
    public ReadOnlySpan<byte> Fingerprint => CollectionsMarshal.AsSpan(_fingerprint);

    /// <summary>Reads the caches of all Ps that may run.</summary>
    public static Known<ProcessorCaches> Read(RuntimeView view)
    {
        Known<(ulong Array, int Length)> allp = view.ReadSlice("runtime.allp", RuntimeLimits.MaxProcessors);
        Known<StructLayout> p = view.LayoutOf("runtime.p"), mcache = view.LayoutOf("runtime.mcache"), mspan = view.LayoutOf("runtime.mspan");
        if (!allp.IsKnown || !p.IsKnown || !mcache.IsKnown || !mspan.IsKnown)
            return Known<ProcessorCaches>.Unknown(
                !allp.IsKnown ? allp.Reason : !p.IsKnown ? p.Reason : !mcache.IsKnown ? mcache.Reason : mspan.Reason);

        var caches = new ProcessorCaches();
        caches.ReadProcessors(view, allp.Value.Array, allp.Value.Length, p.Value, mcache.Value, mspan.Value);
        return Known<ProcessorCaches>.Of(caches, Provenance.Read($"the caches of {caches.Processors} Ps"));
    }

    void ReadProcessors(RuntimeView view, ulong allp, int count, StructLayout p, StructLayout mcache, StructLayout mspan)
    {
        var pointers = new byte[count * 8];
        if (!view.Memory.TryRead(allp, pointers))
        {
            Torn++;
            return;
        }
        _fingerprint.AddRange(pointers);

        int mcacheAt = p.RequiredOffset("mcache");
        int freeAt = p.OffsetOf("gFree.size") ?? p.RequiredOffset("gFree.n");
        int roomAt = p.RequiredOffset("mspancache.len");
        int roomTotal = p.TryGetField("mspancache.buf", out StructField buffer) ? buffer.ArrayLength : 0;
        using var processors = new ReadPlan();
        for (int i = 0; i < count; i++)
        {
            ulong address = BinaryPrimitives.ReadUInt64LittleEndian(pointers.AsSpan(i * 8));
            processors.Add(unchecked(address + (ulong)mcacheAt), 8);
            processors.Add(unchecked(address + (ulong)freeAt), 4);
            processors.Add(unchecked(address + (ulong)roomAt), 8);
        }
        view.Memory.Read(processors);

        using var images = new ReadPlan();
        var addresses = new List<ulong>();
        for (int i = 0; i < count; i++)
        {
            if (!processors.Ok(3 * i) || !processors.Ok(3 * i + 1) || !processors.Ok(3 * i + 2))
            {
                Torn++;
                continue;
            }
            Processors++;
            int free = BinaryPrimitives.ReadInt32LittleEndian(processors[3 * i + 1]);
            long used = BinaryPrimitives.ReadInt64LittleEndian(processors[3 * i + 2]);
            FreeGoroutines += free;
            int room = (int)Math.Clamp(roomTotal - used, 0, int.MaxValue);
            SpanStructRoom = (Math.Min(SpanStructRoom.Least, room), Math.Max(SpanStructRoom.Most, room));
            _fingerprint.AddRange(processors[3 * i]);
            _fingerprint.AddRange(processors[3 * i + 1]);

            // A P that GOMAXPROCS left behind, or that was never used, has no cache: flushmcache skips it too.
            ulong address = BinaryPrimitives.ReadUInt64LittleEndian(processors[3 * i]);
            if (address == 0)
                continue;
            images.Add(address, mcache.Size);
            addresses.Add(address);
        }
        view.Memory.Read(images);
        for (int i = 0; i < addresses.Count; i++)
        {
            if (!images.Ok(i))
                Torn++;
            else
                ReadCache(view, StructImage.Of(addresses[i], mcache, images[i]), mspan);
        }
    }

    void ReadCache(RuntimeView view, StructImage cache, StructLayout mspan)
    {
        _fingerprint.AddRange(cache.Bytes);
        TinyAllocs += cache.Get("tinyAllocs");

        int allocAt = cache.Layout.RequiredOffset("alloc");
        using var plan = new ReadPlan();
        var classes = new List<int>();
        for (int spanClass = 0; spanClass < SizeClasses.SpanClassCount; spanClass++)
        {
            if (!cache.TryGetUInt64At(allocAt + spanClass * 8, out ulong span) || span == 0)
                continue;
            plan.Add(span, mspan.Size);
            classes.Add(spanClass);
        }
        view.Memory.Read(plan);
        for (int i = 0; i < classes.Count; i++)
        {
            if (!plan.Ok(i))
            {
                Torn++;
                continue;
            }
            AddSpan(classes[i], StructImage.Of(0, mspan, plan[i]));
        }
        for (int order = 0; order < StackOrders; order++)
            ReadFreeStacks(view, cache, order);
    }

    void AddSpan(int spanClass, StructImage span)
    {
        // runtime.emptymspan stands for "no span": it is all zero and has no address of its own.
        if (span.Get("startAddr") == 0)
            return;
        var cached = new CachedSpan(
            spanClass, (uint)span.Get("allocCount"), (uint)span.Get("allocCountBeforeCache"), span.Get("elemsize"), span.Get("nelems"), (uint)span.Get("sweepgen"));
        _fingerprint.AddRange(BitConverter.GetBytes(cached.AllocCount));
        _fingerprint.AddRange(BitConverter.GetBytes(cached.AllocCountBeforeCache));
        _fingerprint.AddRange(BitConverter.GetBytes(cached.SweepGeneration));

        // A span says its class and object size itself: if they are not those of the slot, this is no span or no longer this one.
        if (span.Get("spanclass") != (ulong)spanClass || cached.ElementSize != SizeClasses.ObjectSize[spanClass >> 1] || cached.AllocCount > cached.Elements
            || cached.AllocCountBeforeCache > cached.AllocCount)
            Torn++;
        else
            Spans.Add(cached);
    }

    void ReadFreeStacks(RuntimeView view, StructImage cache, int order)
    {
        if (!cache.TryGet($"stackcache[{order}].list", out ulong stack))
            return;
        for (int i = 0; stack != 0; i++)
        {
            // The list runs through the free stacks themselves; a running P may take one away under the reader.
            if (i == RuntimeLimits.MaxCachedStacks || !view.Memory.TryReadUInt64(stack, out ulong next))
            {
                Torn++;
                return;
            }
            FreeStacks.Add(stack);
            stack = next;
        }
    }
}
