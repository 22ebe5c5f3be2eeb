namespace Vitrine.Guard.Audit;

/// <summary>When a record of the audit log counts as written.</summary>
public enum AuditFlush
{
    /// <summary>The operating system has it: it outlasts the end of the program for any reason, not a loss of power. A few microseconds.</summary>
    ToSystem,

    /// <summary>The disk has it (fsync). Milliseconds for each record, and looks wait for them.</summary>
    ToDisk,
}
