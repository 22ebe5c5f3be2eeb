namespace Vitrine.Pprof;

/// <summary>A string of a profile as a rewriter sees it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The string; never empty.</param>
/// <param name="LabelKey">For the text and unit of a label: its key, as it was before any rewriting. Otherwise null.</param>
public readonly record struct ProfileString(ProfileStringKind Kind, string Text, string? LabelKey = null);
