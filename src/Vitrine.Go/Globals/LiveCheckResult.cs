namespace Vitrine.Go.Globals;

/// <summary>The outcome of a check in memory.</summary>
/// <param name="Outcome">What the memory says.</param>
/// <param name="Detail">What was seen, in words; null when nothing was looked at.</param>
readonly record struct LiveCheckResult(LiveCheckOutcome Outcome, string? Detail)
{
    /// <summary>The memory holds what the variable must hold.</summary>
    public static LiveCheckResult Confirmed(string detail) => new(LiveCheckOutcome.Confirmed, detail);

    /// <summary>The memory holds what the variable cannot hold.</summary>
    public static LiveCheckResult Contradicted(string detail) => new(LiveCheckOutcome.Contradicted, detail);

    /// <summary>Nothing can be said.</summary>
    public static LiveCheckResult NoEvidence(string detail) => new(LiveCheckOutcome.NoEvidence, detail);
}
