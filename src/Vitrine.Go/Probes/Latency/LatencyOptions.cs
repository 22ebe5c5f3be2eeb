namespace Vitrine.Go.Probes.Latency;

/// <summary>What to measure.</summary>
public sealed record LatencyOptions
{
    /// <summary>Function names, globs or /regular expressions/.</summary>
    public required IReadOnlyList<string> Functions { get; init; }

    /// <summary>What calls are told apart by.</summary>
    public LatencyGrouping By { get; init; }

    /// <summary>Key of the label, with <see cref="LatencyGrouping.Label"/>; at most 32 bytes.</summary>
    public string LabelKey { get; init; } = "";

    /// <summary>Where ends of calls are seen.</summary>
    public LatencyEnds Ends { get; init; }

    /// <summary>Share of one processor that the probes may take from the target.</summary>
    public double Budget { get; init; } = 0.01;
}
