namespace Vitrine.Pprof;

/// <summary>A filtered profile, and which conditions had no effect: an empty result must be told apart from a mistyped pattern.</summary>
/// <param name="Profile">What is left.</param>
/// <param name="Unmatched">Names of the conditions (fields of <see cref="FrameFilter"/>) that matched nothing.</param>
public sealed record FilterResult(Profile Profile, IReadOnlyList<string> Unmatched);
