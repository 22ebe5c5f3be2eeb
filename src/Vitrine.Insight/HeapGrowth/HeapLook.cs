using Vitrine.Pprof;

namespace Vitrine.Insight.HeapGrowth;

/// <summary>A heap profile at one moment.</summary>
/// <param name="At">When.</param>
/// <param name="Heap">The profile: <c>inuse_space</c>, and for judging how much stays <c>alloc_space</c>, <c>inuse_objects</c> and <c>alloc_objects</c>.</param>
/// <param name="AfterWholeHeap">
/// Whether since the look before a collection has looked at the whole heap, old objects too. Without it what is dead in an old generation still counts as in use, and a place whose objects live long and then die looks like a leak.
/// </param>
public sealed record HeapLook(DateTimeOffset At, Profile Heap, bool AfterWholeHeap = false);
