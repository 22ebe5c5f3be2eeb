using System.Globalization;
using Vitrine.Guard.Audit;
using Vitrine.Linux.Native;

namespace Vitrine.Agent.Audit.Configuration;

/// <summary>VA062: whether decisions are recorded, and whether the record can be believed.</summary>
static class AuditLogRules
{
    /// <summary>A larger log is not read to its end: vitrine audit-log verify does that.</summary>
    const long MostBytes = 256 << 20;

    public static IEnumerable<AuditFinding> Of(AuditedConfiguration configuration)
    {
        var audit = configuration.Guard.Audit;
        if (audit.File is not { Length: > 0 } file)
        {
            yield return Finding(AuditSubject.OfFile(configuration.Path), Severity.Medium, "decisions are not recorded in a file", [new("Audit:File is not set", configuration.Path)], "set Audit:File: an append-only file with a hash chain");
            yield break;
        }
        var subject = AuditSubject.OfFile(file);
        if (FileStatus.TryOf(file) is { } status)
        {
            var mode = new Evidence($"it has mode {status.Octal} and belongs to user {status.Uid}", "statx");
            if (status.OthersMayWrite || status.GroupMayWrite)
                yield return Finding(subject, Severity.High, "others may change the audit log", [mode], "chmod 0600 it");
            else if (status.OthersMayRead)
                yield return Finding(subject, Severity.Low, "every user may read the audit log", [mode], "chmod 0600 it");
        }
        if (audit.KeyFile is null)
            yield return Finding(subject, Severity.Low, "whoever can write all of the audit log can write it anew", [new("Audit:KeyFile is not set: the chain has no key", configuration.Path)], "set Audit:KeyFile to a file with 32 random bytes that only the guard's user may read");
        if (Break(file, audit.KeyFile) is { } wrong)
            yield return Finding(subject, Severity.High, "the audit log is not as it was written", [new(wrong, file)], "find out who changed it, and keep it: vitrine audit-log verify names the place");
    }

    static string? Break(string file, string? keyFile)
    {
        try
        {
            // One without a record is one that a guard has just made: an end that was cut off is shown only by a hash that was kept elsewhere (vitrine audit-log verify --expect).
            if (!File.Exists(file) || new FileInfo(file).Length is 0 or > MostBytes)
                return null;
            var key = keyFile is null ? AuditKey.None : AuditKey.Read(keyFile);
            return AuditVerifier.Verify([file], key).Break is { } at ? string.Create(CultureInfo.InvariantCulture, $"its chain breaks at line {at.Line}: {at.Kind}") : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            // That it cannot be read is said by what the guard makes of it, and by its owner and mode.
            return null;
        }
    }

    static AuditFinding Finding(AuditSubject subject, Severity severity, string title, IReadOnlyList<Evidence> evidence, string fix) => new(AuditRules.AuditLog, severity, subject, title, evidence, [fix]);
}
