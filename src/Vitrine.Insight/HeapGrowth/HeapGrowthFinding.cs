using Vitrine.Insight.Findings;

namespace Vitrine.Insight.HeapGrowth;

/// <summary>A place whose objects in use grow.</summary>
/// <param name="Place">The stack that allocates them, as names of methods, innermost first.</param>
/// <param name="BytesPerHour">How fast.</param>
/// <param name="Finding">The conclusion with its evidence.</param>
public sealed record HeapGrowthFinding(string Place, double BytesPerHour, Finding Finding);
