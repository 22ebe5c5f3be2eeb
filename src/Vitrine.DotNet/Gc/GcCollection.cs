using Vitrine.Instruments;

namespace Vitrine.DotNet.Gc;

/// <summary>One garbage collection, from the runtime's own events.</summary>
public sealed record GcCollection
{
    /// <summary>Its number; the process's first is 1.</summary>
    public required int Number { get; init; }

    /// <summary>The oldest generation that was collected.</summary>
    public required int Generation { get; init; }

    /// <summary>Why it was done, by the name in the runtime's manifest: <c>AllocSmall</c>, <c>Induced</c>, <c>LowMemory</c>, ….</summary>
    public required string Reason { get; init; }

    /// <summary>How it ran beside the program.</summary>
    public required GcType Type { get; init; }

    /// <summary>When it began.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>How long it took; a background one runs beside the program for most of this.</summary>
    public required Known<TimeSpan> Duration { get; init; }

    /// <summary>When the program stood still for it, in order.</summary>
    public required IReadOnlyList<GcPause> Pauses { get; init; }

    /// <summary>Whether no event was lost while it ran. Else pauses may be missing, and what it was before is unknown.</summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>Whether it moved objects together.</summary>
    public required Known<bool> IsCompacting { get; init; }

    /// <summary>What it did to each generation: 0, 1, 2, large objects, pinned objects.</summary>
    public required IReadOnlyList<GcGeneration> Generations { get; init; }

    /// <summary>Objects that could not be moved because they were pinned.</summary>
    public required Known<long> PinnedObjects { get; init; }

    /// <summary>Objects that were kept alive because their finalizer has to run.</summary>
    public required Known<long> FinalizationSurvivors { get; init; }

    /// <summary>For how long the program stood still for it in all.</summary>
    public TimeSpan PauseTotal => Pauses.Aggregate(TimeSpan.Zero, static (sum, one) => sum + one.Duration);

    /// <summary>Size of all generations when it began.</summary>
    public Known<long> HeapBefore => Sum(static one => one.Before);

    /// <summary>Size of all generations when it ended.</summary>
    public Known<long> HeapAfter => Sum(static one => one.After);

    /// <summary>What was promoted in all.</summary>
    public Known<long> Promoted => Sum(static one => one.Promoted);

    Known<long> Sum(Func<GcGeneration, Known<long>> of)
    {
        long sum = 0;
        foreach (var generation in Generations)
        {
            if (!of(generation).TryGet(out var value)) return of(generation);
            sum += value;
        }
        return Known<long>.Of(sum, Provenance.Computed("the sum over the generations"));
    }
}
