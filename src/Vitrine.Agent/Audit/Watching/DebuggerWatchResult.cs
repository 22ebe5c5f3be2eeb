namespace Vitrine.Agent.Audit.Watching;

/// <summary>What a watch saw, when it is over.</summary>
sealed record DebuggerWatchResult
{
    public required TimeSpan Watched { get; init; }

    /// <summary><c>kernel</c> or <c>polling</c>.</summary>
    public required string Source { get; init; }

    public required IReadOnlyDictionary<DebuggerEventKind, int> Counts { get; init; }

    /// <summary>The longest time between an event and its being seen; null without one.</summary>
    public TimeSpan? SlowestSeen { get; init; }

    /// <summary>Events that were lost.</summary>
    public required long Lost { get; init; }

    /// <summary>Whether a debugger held a process at any time of the watch.</summary>
    public bool SawAttached => Counts.GetValueOrDefault(DebuggerEventKind.Attached) + Counts.GetValueOrDefault(DebuggerEventKind.Found) > 0;
}
