namespace Vitrine.Go.Probes.Cpu;

/// <summary>How the CPU profile is sampled.</summary>
public sealed record CpuOptions
{
    /// <summary>The defaults.</summary>
    public static CpuOptions Default { get; } = new();

    /// <summary>Samples a second on each processor. Odd numbers do not beat with programs that do things 10 or 100 times a second.</summary>
    public int Rate { get; init; } = 99;

    /// <summary>The highest rate.</summary>
    public const int MaxRate = 999;

    /// <summary>Show what the kernel does for the process, too; else the time counts for the function that called it.</summary>
    public bool WithKernelStacks { get; init; }

    /// <summary>Keep goroutines apart by a numeric label <c>goroutine</c>.</summary>
    public bool WithGoroutineIds { get; init; }

    /// <summary>Keep the goroutines' pprof labels.</summary>
    public bool WithLabels { get; init; } = true;

    /// <summary>Share of one processor that sampling may take.</summary>
    public double Budget { get; init; } = 0.01;

    /// <summary>Different samples kept at most; further ones are lost and counted.</summary>
    public int MaxSamples { get; init; } = 1 << 20;
}
