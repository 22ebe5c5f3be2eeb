using Vitrine.Instruments;

namespace Vitrine.Insight.HeapGrowth;

/// <summary>How much a process may still grow.</summary>
/// <param name="FreeBytes">Bytes until it meets its limit, or the machine has no more.</param>
/// <param name="Limit">What that limit is, as a clause.</param>
public sealed record HeapRoom(Known<double> FreeBytes, string Limit);
