using System.Buffers.Binary;
using Vitrine.Go.Binary;
using Vitrine.Go.Layouts;
using Vitrine.Go.Memory;
using Vitrine.Go.Scheduler;
using Vitrine.Instruments;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Tests.Memory;

/// <summary>Each bound on the runtime's structures is broken once, by memory made for it.</summary>
public sealed class RuntimeLimitsTests
{
    const ulong Globals = 0x10_0000;
    const ulong Heap = 0x20_0000;
    const int HeapBytes = 1 << 20;

    readonly byte[] _globals = new byte[4096];
    readonly byte[] _heap = new byte[HeapBytes];
    readonly Dictionary<string, ulong> _addresses = new(StringComparer.Ordinal);
    readonly GoVersion _version = GoVersion.TryParse("go1.26.1", out GoVersion? version) ? version : throw new InvalidOperationException();

    [Fact]
    public void ReadSlice_MoreProcessorsThanAllowed_IsUnknown()
    {
        Slice("runtime.allp", Heap, RuntimeLimits.MaxProcessors + 1);

        Known<ProcessorCaches> caches = ProcessorCaches.Read(View());

        Assert.False(caches.IsKnown);
        Assert.Contains("no slice of at most 4096", caches.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void ReadSlice_LengthAboveCapacity_IsUnknown()
    {
        Slice("runtime.allp", Heap, 4);
        Put(_globals, 16, 3);

        Assert.False(ProcessorCaches.Read(View()).IsKnown);
    }

    [Fact]
    public void Read_FreeStacksInACircle_EndsAndIsTorn()
    {
        const ulong P = Heap + 0x1000, Cache = Heap + 0x20000, Stack = Heap + 0x40000;
        Slice("runtime.allp", Heap, 1);
        Put(_heap, 0, P);
        Put(_heap, (int)(P - Heap) + Layout("runtime.p").RequiredOffset("mcache"), Cache);
        Put(_heap, (int)(Cache - Heap) + Layout("runtime.mcache").RequiredOffset("stackcache[1].list"), Stack);
        Put(_heap, (int)(Stack - Heap), Stack);

        ProcessorCaches caches = ProcessorCaches.Read(View()).Value;

        Assert.Equal(RuntimeLimits.MaxCachedStacks, caches.FreeStacks.Count);
        Assert.Equal(1, caches.Torn);
    }

    [Fact]
    public void Read_CachedSpanThatIsNone_IsTornAndNotCounted()
    {
        const ulong P = Heap + 0x1000, Cache = Heap + 0x20000, Span = Heap + 0x40000;
        Slice("runtime.allp", Heap, 1);
        Put(_heap, 0, P);
        Put(_heap, (int)(P - Heap) + Layout("runtime.p").RequiredOffset("mcache"), Cache);
        Put(_heap, (int)(Cache - Heap) + Layout("runtime.mcache").RequiredOffset("alloc") + 10 * 8, Span);
        _heap.AsSpan((int)(Span - Heap), Layout("runtime.mspan").Size).Fill(0x5a);

        ProcessorCaches caches = ProcessorCaches.Read(View()).Value;

        Assert.Empty(caches.Spans);
        Assert.Equal(1, caches.Torn);
    }

    [Fact]
    public void Read_MachinesInACircle_EndsWithANote()
    {
        const ulong M = Heap + 0x1000;
        Slice("runtime.allp", Heap, 0);
        Global("runtime.allm", 64, M);
        Put(_heap, (int)(M - Heap) + Layout("runtime.m").RequiredOffset("alllink"), M);
        // A reason for switched-off preemption that is too long to be one.
        Put(_heap, (int)(M - Heap) + Layout("runtime.m").RequiredOffset("preemptoff") + 8, RuntimeLimits.MaxReasonBytes + 1);

        Look<SchedulerSnapshot> look = SchedulerReader.Read(View());

        MachineThread machine = Assert.Single(look.Result.Machines.Value);
        Assert.Equal("(unreadable)", machine.PreemptOff);
        Assert.Contains(look.Notes, note => note.Contains("list of Ms is cut", StringComparison.Ordinal));
    }

    [Fact]
    public void TryRead_StructLargerThanAllowed_IsNotRead()
    {
        var huge = new StructLayout("runtime.huge", RuntimeLimits.MaxStructBytes + 1, LayoutSource.Table, [], _ => null);
        Assert.False(StructImage.TryRead(new BytesMemory().Add(Heap, new byte[2 * RuntimeLimits.MaxStructBytes]), Heap, huge, out _));
    }

    [Fact]
    public void Read_NothingKnown_EveryFigureIsUnknownWithAReason()
    {
        MemStats stats = MemStatsReader.Read(View()).Result;

        Assert.False(stats.HeapAlloc.IsKnown);
        Assert.Contains("runtime.memstats", stats.HeapAlloc.Reason, StringComparison.Ordinal);
        Assert.False(stats.NextGC.IsKnown);
        Assert.False(stats.BySize.IsKnown);
        Assert.False(stats.NumGoroutine.IsKnown);
        Assert.True(stats.EnableGC.Value);
    }

    void Slice(string name, ulong array, ulong length)
    {
        Global(name, 0, array);
        Put(_globals, 8, length);
        Put(_globals, 16, length);
    }

    void Global(string name, int offset, ulong value)
    {
        _addresses[name] = Globals + (ulong)offset;
        Put(_globals, offset, value);
    }

    StructLayout Layout(string name) =>
        RuntimeLayouts.Instance.TryGetStruct(_version, "amd64", name, out StructLayout? layout) ? layout : throw new InvalidOperationException(name);

    RuntimeView View() => new(
        new BytesMemory().Add(Globals, _globals).Add(Heap, _heap),
        _version,
        "amd64",
        name => _addresses.TryGetValue(name, out ulong address) ? Known<ulong>.Of(address, Provenance.Read("test")) : Known<ulong>.Unknown($"no {name}"),
        name => RuntimeLayouts.Instance.TryGetStruct(_version, "amd64", name, out StructLayout? layout)
            ? Known<StructLayout>.Of(layout, Provenance.Read("table"))
            : Known<StructLayout>.Unknown($"no layout of {name}"));

    static void Put(byte[] bytes, int offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(offset), value);
}
