namespace Vitrine.Go.Goroutines;

/// <summary>Which goroutines to show. Every condition that is set must hold.</summary>
public sealed record GoroutineFilter
{
    /// <summary>
    /// A word that the state or the wait reason contains (in any case), or that a function on the stack, the creation site's or
    /// the entry function contains (in this case).
    /// </summary>
    public string? Where { get; init; }

    /// <summary>Blocked at least that long; a goroutine whose wait is unknown does not match.</summary>
    public TimeSpan? MinWait { get; init; }

    /// <summary>Whether a goroutine matches.</summary>
    public bool Matches(Goroutine goroutine)
    {
        if (MinWait is { } minimum && !(goroutine.BlockedAtLeast >= minimum))
            return false;
        return Where is not { Length: > 0 } word
            || goroutine.StateText.Contains(word, StringComparison.OrdinalIgnoreCase)
            || goroutine.WaitReason?.Contains(word, StringComparison.OrdinalIgnoreCase) == true
            || goroutine.CreatedBy?.Function.Contains(word, StringComparison.Ordinal) == true
            || goroutine.EntryFunction?.Contains(word, StringComparison.Ordinal) == true
            || OnStack(goroutine, word);
    }

    private static bool OnStack(Goroutine goroutine, string word)
    {
        foreach (Frame frame in goroutine.VisibleFrames)
        {
            if (frame.Function.Contains(word, StringComparison.Ordinal))
                return true;
        }
        return false;
    }
}
