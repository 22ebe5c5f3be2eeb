namespace Vitrine.Guard.Audit;

/// <summary>What stands between two records and is none: a line that was never finished, or several, where not even the record that should have said so could be.</summary>
/// <param name="Bytes">How much, without the line end behind it.</param>
/// <param name="Hash">Its SHA-256, so that it cannot be exchanged for something else.</param>
sealed record AuditPartial(long Bytes, string Hash);
