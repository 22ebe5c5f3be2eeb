namespace Vitrine.Guard.Audit;

/// <summary>The first place at which a log does not hold.</summary>
/// <param name="File">The file, as it was given.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Kind">What is wrong.</param>
/// <param name="Message">The same as a sentence.</param>
public sealed record AuditBreak(string File, long Line, AuditBreakKind Kind, string Message);
