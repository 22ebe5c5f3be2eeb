namespace Vitrine.Guard.Audit;

/// <summary>A file that retention has removed, and with which record it ended: whatever the log begins with must follow that.</summary>
/// <param name="FileNumber">Its number.</param>
/// <param name="LastSequence">The number of its last record.</param>
/// <param name="LastHash">The hash of that.</param>
sealed record AuditDrop(long FileNumber, long LastSequence, string LastHash);
