using Vitrine.DotNet.Allocations;

namespace Vitrine.DotNet.Heap;

/// <summary>What the runtime tells of sampled objects and of its collections, in the order in which it happened.</summary>
/// <remarks>
/// What the events mean (seen in .NET 10.0.12 and read in src/coreclr/gc of dotnet/runtime):
/// <list type="bullet">
/// <item>A blocking collection stands between <see cref="CollectionStarted"/> and <see cref="CollectionEnded"/> of the same number while every thread of the program is stopped. First come the ranges of memory of each
/// generation as they are before it, of every heap; then what survives in the generations that are looked at, as ranges that stay (<see cref="Survived"/>) or move (<see cref="Moved"/>; one that is pinned moves to where it was),
/// each heap's own on its own thread; then the ranges of memory as they are after it. What is not told to survive is dead; older generations are not told about, and stay.</item>
/// <item>A background collection has the same two events, and in between the program runs and blocking collections of generations 0 and 1 come and go. Near its end, while all threads are stopped once more and no
/// other collection can run, it tells every range of the whole heap, of all generations, that has objects: what is in none was found dead. Before that, in a stop of its own, it has already swept generations 0 and 1
/// without telling, and threads allocate where it found room.</item>
/// <item>Objects outside of the collected heap (string literals, statics' boxes: "frozen") are not sampled.</item>
/// </list>
/// </remarks>
interface IHeapEvents
{
    /// <summary>An object was sampled when it was allocated.</summary>
    void Allocated(in SampledAllocation allocation, ReadOnlySpan<ulong> stack);

    /// <summary>A collection began.</summary>
    /// <param name="number">Its number, counted from 1; each has the next.</param>
    /// <param name="generation">The oldest generation that it looks at: 0, 1 or 2. With 2 go the large and the pinned objects.</param>
    /// <param name="isBackground">Whether it means to let the program run while it works; it may find that it cannot, and block.</param>
    void CollectionStarted(uint number, int generation, bool isBackground);

    /// <summary>A range of memory belongs to a generation: 0, 1, 2, 3 for large and 4 for pinned objects.</summary>
    /// <param name="generation">Which.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="used">Bytes from its start that have or had objects.</param>
    /// <param name="reserved">Bytes of the whole.</param>
    void GenerationRange(int generation, ulong start, ulong used, ulong reserved);

    /// <summary>Objects that stay where they are.</summary>
    void Survived(ReadOnlySpan<SurvivedRange> ranges);

    /// <summary>Objects that live on elsewhere.</summary>
    void Moved(ReadOnlySpan<MovedRange> ranges);

    /// <summary>A collection ended.</summary>
    void CollectionEnded(uint number);

    /// <summary>The program's threads run again after a stop.</summary>
    void Resumed();

    /// <summary>Events from before the next one were lost.</summary>
    void Lost(long events);
}
