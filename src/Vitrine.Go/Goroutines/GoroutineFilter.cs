namespace Vitrine.Go.Goroutines;

/// <summary>Which goroutines to show. Every condition that is set must hold.</summary>
public sealed record GoroutineFilter
{
    /// <summary>
    /// A word that the state or the wait reason contains, or that a function on the stack or the creation site contains; letter case counts
    /// only in functions.
    /// </summary>
    public string? Where { get; init; }

    /// <summary>Blocked at least that long; a goroutine whose wait is unknown does not match.</summary>
    public TimeSpan? MinWait { get; init; }

    /// <summary>Whether a goroutine matches.</summary>
    public bool Matches(Goroutine goroutine) => true;
}
