namespace Vitrine.Insight.Leaks;

/// <summary>
/// What goroutines of one leak have in common: who created them, where they are blocked and on what. A leak is a bug at these places,
/// so they stay the same while ids, stacks below and channel addresses differ.
/// </summary>
/// <param name="CreatedBy">The <c>go</c> statement; null for the main goroutine and for those of the runtime.</param>
/// <param name="BlockedAt">The innermost frame outside the libraries that do the blocking.</param>
/// <param name="State">The wait reason, or the state of a goroutine that does not wait.</param>
public sealed record GroupKey(CodeSite? CreatedBy, CodeSite BlockedAt, string State);
