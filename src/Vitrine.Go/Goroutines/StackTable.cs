namespace Vitrine.Go.Goroutines;

/// <summary>The different stacks of a dump. Names, files and lines are looked up once per stack, when first asked for.</summary>
public sealed class StackTable
{
    /// <summary>How many different stacks there are.</summary>
    public int Count => 0;

    /// <summary>All frames of a stack, innermost first; empty for -1.</summary>
    public IReadOnlyList<Frame> Frames(int stackId) => [];

    /// <summary>The frames that <c>debug=2</c> shows: runtime internals and wrappers left out, all frames when nothing would remain.</summary>
    public IReadOnlyList<Frame> VisibleFrames(int stackId) => [];

    /// <summary>Why a stack is incomplete; null when it is complete.</summary>
    public string? IncompleteReason(int stackId) => null;
}
