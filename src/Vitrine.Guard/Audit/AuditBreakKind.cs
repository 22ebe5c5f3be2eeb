namespace Vitrine.Guard.Audit;

/// <summary>What is wrong where a log first does not hold.</summary>
public enum AuditBreakKind
{
    /// <summary>A record is not as it was written.</summary>
    Changed,

    /// <summary>Records are not there.</summary>
    Missing,

    /// <summary>A line is there that was not written here.</summary>
    Inserted,

    /// <summary>Records are there, in another order.</summary>
    Reordered,

    /// <summary>The end is not there.</summary>
    Truncated,
}
