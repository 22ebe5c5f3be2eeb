namespace Vitrine.Go.Goroutines;

/// <summary>Goroutines with the same stack, state, wait reason and creation site.</summary>
public sealed class StackGroup
{
    /// <summary>The first of them, in the dump's order; it stands for all in what they have in common.</summary>
    public required Goroutine Representative { get; init; }

    /// <summary>How many they are.</summary>
    public required int Count { get; init; }

    /// <summary>The largest lower bound of a wait among them; null when none is known.</summary>
    public required TimeSpan? LongestBlockedAtLeast { get; init; }

    /// <summary>Indexes of the members into the dump, ascending.</summary>
    public required IReadOnlyList<int> Members { get; init; }
}
