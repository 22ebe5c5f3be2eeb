using Vitrine.DotNet.Async;
using Vitrine.DotNet.Contention;
using Vitrine.DotNet.Custom;
using Vitrine.DotNet.Heap;
using Vitrine.DotNet.Runtime;

namespace Vitrine.DotNet;

/// <summary>What <see cref="DotNetInstruments"/> offers beyond the instruments that need no state.</summary>
public sealed record DotNetInstrumentOptions
{
    /// <summary>The reader behind <c>memstats</c> and <c>runtime</c>; null = one of their own, which lives as long as the process.</summary>
    public RuntimeReader? Reader { get; init; }

    /// <summary>
    /// The profile behind <c>mutex</c>; null = one of its own, which nobody switches on: it records over a time, and has no cumulative profile. A service that wants one keeps a
    /// <see cref="MutexProfile"/>, calls <see cref="MutexProfile.SetFraction"/>, and disposes it at its end.
    /// </summary>
    public MutexProfile? Mutex { get; init; }

    /// <summary>What knows of async operations for <c>goroutine</c>; it belongs to whoever started it. Null: a single look shows threads only, and a recording tracks for its own time.</summary>
    public AsyncTracking? Tracking { get; init; }

    /// <summary>What follows the objects of a process for <c>heap</c> and <c>allocs</c>, started and ended by whoever made it; null = those two can only record over a given time.</summary>
    public HeapTracking? HeapTracking { get; init; }

    /// <summary>Profiles of the program's own, offered under their names.</summary>
    public IReadOnlyList<CustomProfile> CustomProfiles { get; init; } = [];
}
