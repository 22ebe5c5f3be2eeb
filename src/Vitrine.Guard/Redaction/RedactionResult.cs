namespace Vitrine.Guard.Redaction;

/// <summary>Something without its secrets.</summary>
/// <param name="Result">What is left.</param>
/// <param name="Counts">What was taken out.</param>
public sealed record RedactionResult<T>(T Result, RedactionCounts Counts);
