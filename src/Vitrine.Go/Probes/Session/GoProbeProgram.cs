using Vitrine.Linux.Kernel;

namespace Vitrine.Go.Probes.Session;

/// <summary>What a look with probes brings along: the compiled program, the Go types that it reads, and how it wants to be set up.</summary>
public sealed record GoProbeProgram
{
    /// <summary>The name of the object: NAME.bpf.c.</summary>
    public required string Object { get; init; }

    /// <summary>Go types whose fields the program reads, such as <c>runtime.g</c>; their layouts come from the target's binary.</summary>
    public IReadOnlyList<string> GoTypes { get; init; } = ["runtime.g"];

    /// <summary>Sets constants and sizes before the object is loaded.</summary>
    public Action<BpfObject>? Configure { get; init; }

    /// <summary>The share of one processor that the probes may take from the target: 0.01 is one percent.</summary>
    public double Budget { get; init; } = 0.01;

    /// <summary>Whether the result multiplies its counts and totals by <see cref="GoProbeSession.Scale"/> when the budget forced windows; events are shown as they were seen.</summary>
    public bool Scales { get; init; }

    /// <summary>What the counters from FIRST_OWN (8) on count, in words that follow a number: "events of goroutines that were not known".</summary>
    public IReadOnlyList<string> OwnCounters { get; init; } = [];

    /// <summary>Own counters that count something else than losses, by index from 0.</summary>
    public IReadOnlySet<int> NotLosses { get; init; } = new HashSet<int>();
}
