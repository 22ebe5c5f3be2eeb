namespace Vitrine.Guard;

/// <summary>A look that is refused.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Message">A sentence for the caller; tells nothing that the caller may not know (whether a key or an instrument exists). The audit log has the whole reason.</param>
/// <param name="RetryAfter">For <see cref="RefusalKind.TooMany"/> and <see cref="RefusalKind.Unavailable"/>: when asking again makes sense.</param>
public sealed record Refusal(RefusalKind Kind, string Message, TimeSpan? RetryAfter = null);
