using Vitrine.DotNet.Allocations;

namespace Vitrine.DotNet.Heap;

/// <summary>What there was when the collector looked at the whole heap.</summary>
/// <param name="Collection">Number of the collection.</param>
/// <param name="Bytes">Bytes of all objects that it told to live, sampled or not; a background collection also tells what is dead in generations 0 and 1.</param>
/// <param name="Explained">How much of it are objects whose allocation was seen.</param>
sealed record WholeHeap(uint Collection, ulong Bytes, Estimate Explained);
