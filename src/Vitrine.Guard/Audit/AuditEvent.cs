namespace Vitrine.Guard.Audit;

/// <summary>What a record is about.</summary>
public enum AuditEvent
{
    /// <summary>The first record of a file.</summary>
    Opened,

    /// <summary>A look that watches for a time has begun.</summary>
    Begun,

    /// <summary>A look has ended; written before its first byte leaves.</summary>
    Ended,

    /// <summary>A look was refused.</summary>
    Refused,

    /// <summary>A switch stands differently.</summary>
    Switched,

    /// <summary>The last line of the file was not whole when it was opened: the program had ended in the middle of it, or the disk was full.</summary>
    Repaired,

    /// <summary>The guard works by other options from now on.</summary>
    Configured,

    /// <summary>The oldest file was more than may be kept; written before it is removed.</summary>
    Dropped,
}
