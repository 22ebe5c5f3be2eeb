using Vitrine.DotNet.Allocations;

namespace Vitrine.DotNet.Heap;

/// <summary>How objects in use are followed.</summary>
public sealed record HeapTrackingOptions
{
    /// <summary>The options that are used when nothing else is said.</summary>
    public static HeapTrackingOptions Default { get; } = new();

    /// <summary>How allocations are watched.</summary>
    public AllocationOptions Allocations { get; init; } = AllocationOptions.Default;

    /// <summary>
    /// Sampled objects that are followed at once, some 100 bytes each. One stands for 100 KB, so the default is good for 10 GB; beyond, every second one is let go, in such a way that the estimates stay right and
    /// only their error grows.
    /// </summary>
    public int MaximumObjects
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 100);
            field = value;
        }
    } = 100_000;

    /// <summary>How long a look that collects first waits until that collection was taken in.</summary>
    public TimeSpan CollectPatience { get; init; } = TimeSpan.FromSeconds(10);
}
