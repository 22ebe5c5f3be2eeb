namespace Vitrine.Pprof;

/// <summary>What a rewriter says of a string.</summary>
public enum RewriteOutcome
{
    /// <summary>It stays as it is.</summary>
    Unchanged,

    /// <summary>It becomes what was written.</summary>
    Changed,

    /// <summary>What it belongs to is dropped where it can be dropped (a label, by its key, its text or its number; a comment); everywhere else it becomes the empty string.</summary>
    Dropped,
}
