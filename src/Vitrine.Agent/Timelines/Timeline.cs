namespace Vitrine.Agent.Timelines;

/// <summary>What happened when, on one axis: tracks of spans, and curves. Times are nanoseconds from <see cref="Start"/> on.</summary>
/// <param name="Title">What is shown.</param>
/// <param name="Process">Name of the process.</param>
/// <param name="Pid">Its number.</param>
/// <param name="Start">The moment of time 0 on the wall clock.</param>
sealed record Timeline(string Title, string Process, int Pid, DateTimeOffset Start)
{
    public required IReadOnlyList<TimelineTrack> Tracks { get; init; }

    public required IReadOnlyList<TimelineCurve> Curves { get; init; }

    /// <summary>What the reader must know, each a sentence.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}

/// <summary>One line of spans. Spans of a track do not overlap, except that one may lie wholly inside another.</summary>
sealed record TimelineTrack(string Name, IReadOnlyList<TimelineSpan> Spans);

/// <summary>One stretch of time.</summary>
/// <param name="Name">What is written on it.</param>
/// <param name="Kind">Decides the colour.</param>
/// <param name="StartNs">From the start of the timeline.</param>
/// <param name="DurationNs">Length.</param>
/// <param name="Details">Shown when asked for: names and values.</param>
sealed record TimelineSpan(string Name, TimelineKind Kind, long StartNs, long DurationNs, IReadOnlyList<KeyValuePair<string, string>> Details);

/// <summary>A figure that changes.</summary>
sealed record TimelineCurve(string Name, string Unit, IReadOnlyList<(long AtNs, double Value)> Points);

/// <summary>Kinds of spans; each has a colour.</summary>
enum TimelineKind
{
    Cycle,
    Mark,
    GcStop,
    OtherStop,
    Sweep,
    Assist,
    Wait,
}
