namespace Vitrine.Guard.Audit;

/// <summary>Who writes from here on.</summary>
/// <param name="FileNumber">1 for the first file, one more after each rotation.</param>
/// <param name="Process">The process.</param>
/// <param name="Program">Its name and version.</param>
/// <param name="Algorithm"><c>sha256</c>, or <c>hmac-sha256</c> with a key.</param>
/// <param name="KeyId">Which key, without telling anything of it; null without one.</param>
sealed record AuditOpening(long FileNumber, int Process, string Program, string Algorithm, string? KeyId);
