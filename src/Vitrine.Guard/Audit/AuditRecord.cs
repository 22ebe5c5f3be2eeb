namespace Vitrine.Guard.Audit;

/// <summary>One decision, or what became of one. Texts are untrusted; whoever writes them bounds and escapes them.</summary>
sealed record AuditRecord
{
    public required AuditEvent Event { get; init; }

    public required DateTimeOffset Time { get; init; }

    /// <summary>The look, the same in its <c>begun</c> and <c>ended</c>.</summary>
    public string? Look { get; init; }

    public string? Door { get; init; }

    public string? Service { get; init; }

    /// <summary>The permission that it takes, which names the instrument too: <c>pprof:read:heap</c>.</summary>
    public string? What { get; init; }

    /// <summary>In which way, for instance the query's text as it came.</summary>
    public string? How { get; init; }

    public string? Who { get; init; }

    /// <summary>By what the caller is known.</summary>
    public string? Kind { get; init; }

    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>The client's address, or the process at the other end of a Unix socket.</summary>
    public string? From { get; init; }

    /// <summary>How long it wanted to watch.</summary>
    public TimeSpan? Asked { get; init; }

    /// <summary>How long it took.</summary>
    public TimeSpan? Took { get; init; }

    /// <summary>Bytes of the answer.</summary>
    public long? Bytes { get; init; }

    public bool IsRaw { get; init; }

    /// <summary>Whether the answer is of a look that another caller began.</summary>
    public bool IsShared { get; init; }

    /// <summary>What was taken out, by rule.</summary>
    public IReadOnlyDictionary<string, long>? Redactions { get; init; }

    /// <summary>One word: what became of it.</summary>
    public string? Outcome { get; init; }

    /// <summary>The whole reason, which the caller may not know.</summary>
    public string? Reason { get; init; }

    /// <summary>For a switch: its name.</summary>
    public string? Switch { get; init; }

    /// <summary>For a switch: how it stands.</summary>
    public bool? IsOn { get; init; }

    /// <summary>For a switch: when that ends.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>For <see cref="AuditEvent.Opened"/>: the process that writes from here on, and with what.</summary>
    public AuditOpening? Opening { get; init; }

    /// <summary>For <see cref="AuditEvent.Repaired"/>: what stands before it and is no record.</summary>
    public AuditPartial? Partial { get; init; }

    /// <summary>For <see cref="AuditEvent.Dropped"/>: which file is removed.</summary>
    public AuditDrop? Drop { get; init; }

    /// <summary>Refusals since the record before that were counted and not written.</summary>
    public long NotWritten { get; set; }
}
