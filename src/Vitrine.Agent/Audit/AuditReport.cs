using Vitrine.Agent.Audit.Facts;

namespace Vitrine.Agent.Audit;

/// <summary>What an audit found, and what it could not see.</summary>
sealed record AuditReport
{
    public required DateTimeOffset At { get; init; }
    public required TimeSpan Duration { get; init; }
    public required MachineFacts Machine { get; init; }

    /// <summary>Whether all processes were looked at, not only those that were named.</summary>
    public required bool IsWholeMachine { get; init; }

    /// <summary>Processes that were looked at; threads of the kernel are not among them.</summary>
    public required int Examined { get; init; }

    /// <summary>Of them, Go and .NET processes and those that were named: what every check looks at.</summary>
    public required int Targets { get; init; }

    /// <summary>Processes of which nothing could be read.</summary>
    public required int NotAllowed { get; init; }

    /// <summary>Processes that ended while they were looked at.</summary>
    public required int Ended { get; init; }

    /// <summary>How many processes hid what: <c>environment</c>, <c>sockets</c>, <c>executable</c>.</summary>
    public required IReadOnlyDictionary<string, int> Hidden { get; init; }

    /// <summary>Worst first, then by rule and process.</summary>
    public required IReadOnlyList<AuditFinding> Findings { get; init; }

    public int Count(Severity severity) => Findings.Count(one => one.Severity == severity);

    /// <summary>The worst severity there is; null without a finding.</summary>
    public Severity? Worst => Findings.Count == 0 ? null : Findings.Max(static one => one.Severity);

    /// <summary>What could not be seen, a sentence each.</summary>
    public IEnumerable<string> Unseen()
    {
        if (NotAllowed > 0)
            yield return $"{Show.Units.Count(NotAllowed, "process", "processes")} could not be looked at.";
        foreach (var (what, count) in Hidden.OrderBy(static one => one.Key, StringComparer.Ordinal))
            yield return $"Of {Show.Units.Count(count, "process", "processes")} the {what} could not be seen: what is said of the others does not hold for {(count == 1 ? "it" : "them")}.";
        if (Ended > 0)
            yield return $"{Show.Units.Count(Ended, "process", "processes")} ended while being looked at.";
        if (!Machine.Probes)
            yield return "Nobody was asked: whether profiles can be had by whoever asks is known only with --probe.";
    }
}
