namespace Vitrine.Guard.Audit;

/// <summary>What became of checking a log.</summary>
public sealed record AuditVerdict
{
    /// <summary>Records that hold, from the first one on; those behind a break are not among them, because nothing ties them to it.</summary>
    public required long Records { get; init; }

    /// <summary>The number of the last one that holds; 0 when none does.</summary>
    public required long LastSequence { get; init; }

    /// <summary>Its hash: kept elsewhere, it shows later that nothing up to here was cut off.</summary>
    public required string LastHash { get; init; }

    /// <summary>Where the log first does not hold; null when all of it does.</summary>
    public AuditBreak? Break { get; init; }

    /// <summary>What is in order, and worth knowing: where the chain begins, lines that were not finished.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }
}
