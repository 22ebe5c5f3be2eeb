namespace Vitrine.Guard.Audit;

/// <summary>The beginning of a line that was never finished.</summary>
/// <param name="Bytes">How much of it there is.</param>
/// <param name="Hash">Its SHA-256, so that it cannot be exchanged for something else.</param>
sealed record AuditPartial(long Bytes, string Hash);
