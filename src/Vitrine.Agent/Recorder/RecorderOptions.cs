namespace Vitrine.Agent.Recorder;

/// <summary>How the flight recorder keeps and writes.</summary>
sealed record RecorderOptions
{
    /// <summary>What makes it write.</summary>
    public required IReadOnlyList<RecorderTrigger> Triggers { get; init; }

    /// <summary>The folder that the recordings go to.</summary>
    public required string Folder { get; init; }

    /// <summary>How far back a recording reaches.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The least time between two recordings; what fires in between is counted.</summary>
    public TimeSpan Cooldown { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Recordings at most; then the recorder has done its work.</summary>
    public int MaxRecordings { get; init; } = 10;

    /// <summary>Events kept at most.</summary>
    public int MaxEvents { get; init; } = 200_000;

    /// <summary>Bytes of events kept at most.</summary>
    public long MaxBytes { get; init; } = 64 << 20;

    /// <summary>Share of one processor for all probes together.</summary>
    public double Budget { get; init; } = 0.01;

    /// <summary>Whether any trigger of this kind was asked for, and with which limit.</summary>
    public RecorderTrigger? Trigger(TriggerKind kind) => Triggers.Where(one => one.Kind == kind).MinBy(static one => one.Above);
}
