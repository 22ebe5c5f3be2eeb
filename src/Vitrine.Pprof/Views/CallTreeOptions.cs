namespace Vitrine.Pprof.Views;

/// <summary>How a <see cref="CallTree"/> is built, and its bounds.</summary>
public sealed record CallTreeOptions
{
    /// <summary>The options used when none are given.</summary>
    public static CallTreeOptions Default { get; } = new();

    /// <summary>What counts as one frame. Default: a function.</summary>
    public FrameGranularity Granularity { get; init; }

    /// <summary>True for the tree of callers: its first level are the functions that spent the value, below each are those that called it. Default false.</summary>
    public bool Inverted { get; init; }

    /// <summary>
    /// For differences: scale the base so that both sides have the same total, which compares shares instead of amounts. Default false.
    /// </summary>
    public bool Normalize { get; init; }

    /// <summary>
    /// Frames of one stack, counted from the tree's root. A deeper stack ends in a frame that says so, and counts in <see cref="CallTree.CutStacks"/>. Default 2,000.
    /// </summary>
    public int MaxDepth { get; init; } = 2_000;

    /// <summary>
    /// Nodes. When they are used up, stacks end at the last node they share with what is there already, and count in <see cref="CallTree.CutStacks"/>.
    /// Default 4 million, which is about 600 MB while the tree is built; with more than 16 sample types, fewer (64 million divided by their number).
    /// </summary>
    public int MaxNodes { get; init; } = 4_000_000;

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxDepth, 1, nameof(MaxDepth));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxDepth, 65_536, nameof(MaxDepth));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxNodes, 1, nameof(MaxNodes));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxNodes, 50_000_000, nameof(MaxNodes));
    }
}
