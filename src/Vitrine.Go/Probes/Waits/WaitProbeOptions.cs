namespace Vitrine.Go.Probes.Waits;

/// <summary>How to watch waits.</summary>
public sealed record WaitProbeOptions
{
    /// <summary>Shorter waits are counted as too short, and nothing else is kept of them.</summary>
    public TimeSpan Minimum { get; init; } = TimeSpan.FromMicroseconds(10);

    /// <summary>What is watched. A wait of another kind costs less: its stack is not taken.</summary>
    public IReadOnlyCollection<BlockingKind> Kinds { get; init; } = BlockingKinds.All.ToArray();

    /// <summary>Waits of the runtime's own goroutines are counted too.</summary>
    public bool WithSystem { get; init; }

    /// <summary>A goroutine dump at the end tells what still waits.</summary>
    public bool WithOngoing { get; init; } = true;

    /// <summary>Different sums that the kernel keeps, and half as many without what is waited for: 112 bytes each.</summary>
    public int MaxSums { get; init; } = 16_384;

    /// <summary>Places for different stacks in the kernel, a power of two: 1 KiB each.</summary>
    public int MaxStacks { get; init; } = 16_384;

    /// <summary>The share of one processor that the probes may take from the target.</summary>
    public double Budget { get; init; } = 0.01;
}
