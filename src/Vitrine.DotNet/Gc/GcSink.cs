using Vitrine.DotNet.Events;
using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Gc;

/// <summary>Reads the runtime's events of garbage collections into a history.</summary>
sealed class GcSink(GcHistory history) : INettraceSink
{
    // Sizes of a generation in GCPerHeapHistory: before, free list and free objects before, after, and the same after, in, pinned and other survivors, budget.
    const int FieldsOfGeneration = 10;

    // gc_global_mechanisms: 1 concurrent, 2 compacted, 4 promoted, 8 demoted, 16 card bundles.
    const uint Compacted = 2;

    public void OnEvent(in NettraceEvent e)
    {
        if (e.Provider != RuntimeEventId.Provider) return;
        var fields = e.Read();
        switch (e.Id)
        {
            case RuntimeEventId.GcSuspendBegin:
                history.SuspendBegin(e.At, fields.ReadUInt32());
                break;
            case RuntimeEventId.GcSuspendEnd:
                history.SuspendEnd(e.At);
                break;
            case RuntimeEventId.GcRestartEnd:
                history.RestartEnd(e.At);
                break;
            case RuntimeEventId.GcStart:
                // Count, Depth, Reason, Type
                var (number, generation, reason) = (fields.ReadInt32(), fields.ReadInt32(), fields.ReadInt32());
                history.Start(e.At, number, generation, reason, fields.ReadInt32());
                break;
            case RuntimeEventId.GcEnd:
                history.End(e.At, fields.ReadInt32());
                break;
            case RuntimeEventId.GcHeapStats:
                HeapStats(ref fields);
                break;
            case RuntimeEventId.GcPerHeapHistory when e.Version >= 3:
                PerHeap(ref fields);
                break;
            case RuntimeEventId.GcGlobalHistory:
                // FinalYoungestDesired, NumHeaps, CondemnedGeneration, Gen0ReductionCount, Reason, GlobalMechanisms
                fields.Skip(sizeof(ulong) + 4 * sizeof(uint));
                history.Global((fields.ReadUInt32() & Compacted) != 0);
                break;
        }
    }

    public void OnLost(long threadId, long events) => history.Lost(events);

    void HeapStats(ref PayloadReader fields)
    {
        Span<long> sizes = stackalloc long[GcHistory.Generations], promoted = stackalloc long[GcHistory.Generations];
        sizes.Clear();
        promoted.Clear();
        for (var i = 0; i < 4; i++)
            (sizes[i], promoted[i]) = (fields.ReadInt64(), fields.ReadInt64());
        fields.ReadUInt64(); // FinalizationPromotedSize
        var finalization = fields.ReadInt64();
        var pinned = fields.ReadUInt32();
        fields.Skip(2 * sizeof(uint) + sizeof(ushort)); // SinkBlockCount, GCHandleCount, ClrInstanceID
        if (fields.Remaining >= 2 * sizeof(long)) (sizes[4], promoted[4]) = (fields.ReadInt64(), fields.ReadInt64());
        history.Stats(sizes, promoted, pinned, finalization);
    }

    void PerHeap(ref PayloadReader fields)
    {
        fields.Skip(sizeof(ushort)); // ClrInstanceID
        for (var i = 0; i < 6; i++) fields.ReadPointer(); // what was allocated how
        fields.Skip(6 * sizeof(uint)); // RunningFreeListEfficiency, CondemnReasons0 and 1, CompactMechanisms, ExpandMechanisms, HeapIndex
        fields.ReadPointer(); // ExtraGen0Commit
        var generations = Math.Min(fields.ReadUInt32(), GcHistory.Generations);
        Span<long> sizes = stackalloc long[(int)generations];
        for (var i = 0; i < sizes.Length; i++)
        {
            sizes[i] = (long)Math.Min(fields.ReadPointer(), long.MaxValue);
            for (var skip = 1; skip < FieldsOfGeneration; skip++) fields.ReadPointer();
        }
        history.HeapBefore(sizes);
    }
}
