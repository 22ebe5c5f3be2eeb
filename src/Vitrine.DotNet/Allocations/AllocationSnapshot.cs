using Vitrine.Pprof;

namespace Vitrine.DotNet.Allocations;

/// <summary>What was seen of allocations until one moment.</summary>
sealed record AllocationSnapshot
{
    /// <summary>One site: what was allocated there, and what of it is in use.</summary>
    public readonly record struct Row(ulong[] Stack, string Type, Label[] Labels, Estimate Allocated, Estimate InUse);

    /// <summary>The sites.</summary>
    public required IReadOnlyList<Row> Rows { get; init; }

    /// <summary>When the watching began.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>For how long was watched.</summary>
    public required TimeSpan Watched { get; init; }

    /// <summary>Objects that were sampled.</summary>
    public required long Samples { get; init; }

    /// <summary>Events of any kind that the runtime dropped.</summary>
    public required long LostEvents { get; init; }

    /// <summary>Samples whose stack or type was not told apart.</summary>
    public required long Indistinct { get; init; }

    /// <summary>What is to be said of the samples' labels.</summary>
    public required IReadOnlyList<string> LabelNotes { get; init; }

    /// <summary>Whether it is known what of it is in use.</summary>
    public required bool HasInUse { get; init; }
}
