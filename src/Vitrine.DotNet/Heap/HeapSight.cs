using Vitrine.DotNet.Allocations;

namespace Vitrine.DotNet.Heap;

/// <summary>What a <see cref="HeapTracking"/> knew at one moment, kept to be written later: naming the methods is what a look costs the process, and several need it only once (<see cref="HeapTracking.Write"/>).</summary>
public sealed class HeapSight
{
    internal HeapSight(DateTimeOffset at, long lastCollection, long lastWholeHeap, AllocationSnapshot snapshot, IReadOnlyList<string> notes) =>
        (At, LastCollection, LastWholeHeap, Snapshot, Notes) = (at, lastCollection, lastWholeHeap, snapshot, notes);

    /// <summary>When it was.</summary>
    public DateTimeOffset At { get; }

    /// <summary>Number of the last collection that was taken in; 0 before the first. In use is what was so at its end.</summary>
    public long LastCollection { get; }

    /// <summary>Number of the last collection that looked at the whole heap, old objects too; 0 before the first. What is dead in an old generation counts as in use until then.</summary>
    public long LastWholeHeap { get; }

    /// <summary>Objects that were sampled so far; each costs the thread that allocates it some 12 µs.</summary>
    public long Samples => Snapshot.Samples;

    /// <summary>What its reader must know.</summary>
    public IReadOnlyList<string> Notes { get; }

    internal AllocationSnapshot Snapshot { get; }
}
