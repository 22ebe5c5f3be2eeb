namespace Vitrine.Insight.Leaks;

/// <summary>One goroutine as one dump saw it.</summary>
/// <param name="Id">Its id; never reused within a process.</param>
/// <param name="Resource">Address of the channel or lock it waits for; 0 when that is not known.</param>
/// <param name="BlockedAtLeast">How long it has been blocked at the least; null when the runtime has not noted it yet.</param>
public readonly record struct GoroutineSighting(ulong Id, ulong Resource, TimeSpan? BlockedAtLeast);
