namespace Vitrine.Go.Probes.Collector;

/// <summary>One piece of work that a goroutine did for the collector before it was given memory, or its wait for others to do it.</summary>
/// <param name="Goroutine">Its number.</param>
/// <param name="StartedNs">CLOCK_MONOTONIC.</param>
/// <param name="EndedNs">CLOCK_MONOTONIC.</param>
/// <param name="Parked">True: it waited, without using a processor, until its debt was paid by others.</param>
public readonly record struct MarkAssist(ulong Goroutine, long StartedNs, long EndedNs, bool Parked);
