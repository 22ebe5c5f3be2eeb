using Vitrine.Insight.Findings;
using Vitrine.Insight.Statistics;

namespace Vitrine.Insight.HeapGrowth;

/// <summary>A place whose objects in use grow.</summary>
/// <param name="Place">The stack that allocates them, as names of methods, innermost first.</param>
/// <param name="BytesPerHour">How fast.</param>
/// <param name="Finding">The conclusion with its evidence.</param>
/// <param name="InUse">Bytes in use at each look that was judged.</param>
/// <param name="PerSecond">Its growth for each second, with the 95 % interval.</param>
public sealed record HeapGrowthFinding(string Place, double BytesPerHour, Finding Finding, IReadOnlyList<double> InUse, TheilSen PerSecond);
