namespace Vitrine.Agent.Audit;

/// <summary>Something that makes production debugging unsafe here, with what it was seen by and what to do about it. One without evidence or without a fix cannot be constructed.</summary>
sealed record AuditFinding
{
    /// <summary>A finding.</summary>
    /// <exception cref="ArgumentException">There is no evidence, or no fix.</exception>
    public AuditFinding(AuditRule rule, Severity severity, AuditSubject subject, string title, IReadOnlyList<Evidence> evidence, IReadOnlyList<string> fix)
    {
        if (evidence.Count == 0)
            throw new ArgumentException("A finding without evidence is a guess.", nameof(evidence));
        if (fix.Count == 0)
            throw new ArgumentException("A finding without a fix helps nobody.", nameof(fix));
        if (severity > rule.Worst)
            throw new ArgumentException($"{rule.Id} is at worst {rule.Worst}.", nameof(severity));
        Rule = rule;
        Severity = severity;
        Subject = subject;
        Title = title;
        Evidence = evidence;
        Fix = fix;
    }

    public AuditRule Rule { get; }
    public Severity Severity { get; }
    public AuditSubject Subject { get; }

    /// <summary>The finding in one line.</summary>
    public string Title { get; }

    public IReadOnlyList<Evidence> Evidence { get; }

    /// <summary>What to do: commands and settings.</summary>
    public IReadOnlyList<string> Fix { get; }
}
