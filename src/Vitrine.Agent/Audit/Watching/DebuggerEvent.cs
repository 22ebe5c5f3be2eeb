namespace Vitrine.Agent.Audit.Watching;

/// <summary>A debugger that was seen.</summary>
sealed record DebuggerEvent
{
    public required DebuggerEventKind Kind { get; init; }

    /// <summary>When it happened, by the kernel's clock; when it was seen, where nobody tells when it happened.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How long after it happened it was seen; for a look at intervals at most the time since the look before, and unknown (null) for what was there at the beginning.</summary>
    public TimeSpan? SeenAfter { get; init; }

    /// <summary>The debugger's process; 0 when it cannot be seen from here.</summary>
    public required int TracerPid { get; init; }

    /// <summary>Its command name, untrusted text; null when it ended meanwhile.</summary>
    public string? TracerName { get; init; }

    public uint? TracerUid { get; init; }

    /// <summary>The process that it traces; null for a start, and when it cannot be told.</summary>
    public int? TargetPid { get; init; }

    /// <summary>Its command name, untrusted text; null when it ended meanwhile.</summary>
    public string? TargetName { get; init; }

    /// <summary><c>PTRACE_ATTACH</c> and the like; null when it is not known.</summary>
    public string? Request { get; init; }
}
