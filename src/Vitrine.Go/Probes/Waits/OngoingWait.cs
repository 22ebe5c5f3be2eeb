using Vitrine.Go.Goroutines;

namespace Vitrine.Go.Probes.Waits;

/// <summary>Goroutines that wait at the end of the look, with the same stack. They are in no sum: their waits have not ended.</summary>
/// <param name="Kind">The operation.</param>
/// <param name="Reason">The runtime's own words.</param>
/// <param name="Representative">One of them.</param>
/// <param name="Oldest">The goroutine that has waited longest.</param>
/// <param name="Count">How many.</param>
/// <param name="Longest">How long the longest has waited.</param>
/// <param name="IsLowerBound">It began before the look, so that it has waited for at least that long.</param>
public sealed record OngoingWait(BlockingKind Kind, string Reason, Goroutine Representative, ulong Oldest, int Count, TimeSpan Longest, bool IsLowerBound);
