namespace Vitrine.DotNet.Gc;

/// <summary>A span of time for which no managed thread ran.</summary>
/// <param name="StartedAt">When the runtime began to stop its threads.</param>
/// <param name="Suspending">How long it took until all stood still: long when a thread does not come to a place where it can be stopped.</param>
/// <param name="Duration">From when it began to stop them until all may run again.</param>
public readonly record struct GcPause(DateTimeOffset StartedAt, TimeSpan Suspending, TimeSpan Duration);
