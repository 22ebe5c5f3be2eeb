namespace Vitrine.Guard.Redaction.Matching;

/// <summary>A place that a rule found.</summary>
/// <param name="Start">Its first byte.</param>
/// <param name="End">One past its last byte.</param>
/// <param name="Rule">The rule's number; of two that overlap the lower one names the whole.</param>
readonly record struct Match(int Start, int End, int Rule);
