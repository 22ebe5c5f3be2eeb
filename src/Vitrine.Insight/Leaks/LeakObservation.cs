namespace Vitrine.Insight.Leaks;

/// <summary>One dump, reduced to what leak detection needs.</summary>
/// <param name="At">When, since the first observation.</param>
/// <param name="Groups">The goroutines by group.</param>
/// <param name="Total">Goroutines in the dump.</param>
/// <param name="Torn">Goroutines whose reading stayed torn; they are in no group.</param>
public sealed record LeakObservation(TimeSpan At, IReadOnlyDictionary<GroupKey, IReadOnlyList<GoroutineSighting>> Groups, int Total, int Torn);
