namespace Vitrine.Guard.Redaction;

/// <summary>Whether answers of a media type can be redacted.</summary>
/// <param name="CanRedact">True also for <c>application/octet-stream</c>, which may be a profile: there the content decides.</param>
/// <param name="Reason">Why not, a sentence; null when it can.</param>
public readonly record struct RedactionVerdict(bool CanRedact, string? Reason);
