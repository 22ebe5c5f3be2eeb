using Vitrine.Instruments;

namespace Vitrine.Insight.Findings;

/// <summary>One observed fact that a finding rests on.</summary>
/// <param name="Statement">The fact as a full sentence with its figures.</param>
/// <param name="Provenance">How it was obtained.</param>
public sealed record Evidence(string Statement, Provenance Provenance);
