using Vitrine.Instruments;

namespace Vitrine.Go.Memory;

/// <summary>What the memory statistics were derived from.</summary>
/// <param name="Snapshot">The reading.</param>
/// <param name="Heap">The heap statistics, all generations added.</param>
/// <param name="Flush">What the caches of the Ps would add.</param>
sealed record MemStatsSources(MemStatsSnapshot Snapshot, Known<HeapStats> Heap, Known<CacheFlush> Flush);
