namespace Vitrine.Insight.Leaks;

/// <summary>What watching a process for a while said about its goroutines.</summary>
/// <param name="Groups">Every group, faults first, then by growth and size.</param>
/// <param name="Observations">Dumps taken.</param>
/// <param name="Watched">Time between the first and the last dump.</param>
/// <param name="TornShare">Share of goroutines whose reading stayed torn, over all dumps.</param>
/// <param name="GroupsNotFollowed">Groups beyond the limit, which nothing is said about.</param>
public sealed record LeakReport(IReadOnlyList<LeakGroupReport> Groups, int Observations, TimeSpan Watched, double TornShare, int GroupsNotFollowed);
