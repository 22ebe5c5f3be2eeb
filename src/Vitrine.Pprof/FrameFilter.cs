namespace Vitrine.Pprof;

/// <summary>
/// What <see cref="Filter.Of"/> keeps. The fields are those of <c>go tool pprof</c> and mean the same. Patterns are regular expressions matched anywhere in a function's name, its
/// source file or its binary's path; null = no condition.
/// </summary>
public sealed record FrameFilter
{
    /// <summary>Keep samples whose stack has a matching frame.</summary>
    public string? Focus { get; init; }

    /// <summary>Drop samples whose stack has a matching frame.</summary>
    public string? Ignore { get; init; }

    /// <summary>Take matching frames out of the stacks.</summary>
    public string? Hide { get; init; }

    /// <summary>Take frames that do not match out of the stacks.</summary>
    public string? Show { get; init; }

    /// <summary>Cut every stack above its topmost (nearest to the root) matching frame; samples without one are dropped.</summary>
    public string? ShowFrom { get; init; }

    /// <summary>Cut every stack below its first matching frame, seen from the leaf; the frame stays.</summary>
    public string? PruneFrom { get; init; }

    /// <summary>Keep samples with a matching label; see <see cref="TagFilter"/> for the syntax.</summary>
    public string? TagFocus { get; init; }

    /// <summary>Drop samples with a matching label.</summary>
    public string? TagIgnore { get; init; }

    /// <summary>Keep only the labels whose key matches.</summary>
    public string? TagShow { get; init; }

    /// <summary>Drop the labels whose key matches.</summary>
    public string? TagHide { get; init; }
}
