namespace Vitrine.Go.OffCpu;

/// <summary>How waiting goroutines are sampled, and the bounds that are kept.</summary>
public sealed record OffCpuOptions
{
    /// <summary>The defaults.</summary>
    public static OffCpuOptions Default { get; } = new();

    /// <summary>Looks per second at most. The recorder looks less often when that would exceed <see cref="MaxReaderShare"/>.</summary>
    public double Rate { get; init; } = 20;

    /// <summary>Share of one core that reading may take; 100,000 goroutines take some 100 ms a look, so that it is this that decides their rate.</summary>
    public double MaxReaderShare { get; init; } = 0.10;

    /// <summary>Include the runtime's own goroutines (collector workers, scavenger, …), which wait all the time by design.</summary>
    public bool WithSystemGoroutines { get; init; }

    /// <summary>Keep goroutines apart by a numeric label <c>goroutine</c>.</summary>
    public bool WithGoroutineIds { get; init; }

    /// <summary>Different combinations of stack, reason, labels (and goroutine) kept at most; time of further ones is counted under one placeholder frame.</summary>
    public int MaxPlaces { get; init; } = 1 << 18;

    /// <summary>Where the moments of the looks come from; a test fixes the seed.</summary>
    public Random Random { get; init; } = Random.Shared;
}
