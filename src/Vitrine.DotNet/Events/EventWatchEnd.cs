using System.Globalization;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Methods;
using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Events;

/// <summary>What can be said of a watch when it is over.</summary>
/// <param name="StartedAt">When it began, by the viewer's clock.</param>
/// <param name="Recording">What the recording says of itself.</param>
/// <param name="Summary">What the stream of events says of itself.</param>
/// <param name="Clock">The clock that the events have; null when none came. It is the target's: in a time namespace of its own, a process has another one than the viewer.</param>
/// <param name="Events">Events that came.</param>
/// <param name="Malformed">Events that could not be read.</param>
/// <param name="CutOff">Why it was ended before its time, as a sentence; empty when it was not.</param>
/// <param name="TargetEnded">Whether the process ended before the watch did.</param>
/// <param name="Methods">The methods of the process; none when they were not asked for.</param>
sealed record EventWatchEnd(
    DateTimeOffset StartedAt, EventRecordingEnd Recording, NettraceSummary Summary, NettraceClock? Clock, long Events, long Malformed, string CutOff, bool TargetEnded, MethodMap Methods)
{
    /// <summary>When it ended, by the clock that events have.</summary>
    public long EndTicks => Clock is null ? 0 : Clock.StartTicks + (long)(Recording.Watched.TotalSeconds * Clock.TicksPerSecond);

    /// <summary>Length of a tick of that clock.</summary>
    public double NanosecondsPerTick => 1e9 / (Clock?.TicksPerSecond ?? 1_000_000_000);

    /// <summary>Events that happened and were not taken in.</summary>
    public long Lost => Summary.DroppedEvents + Malformed;

    /// <summary>What watching cost whom, as a clause.</summary>
    public string Cost => string.Create(CultureInfo.InvariantCulture, $"{Events:N0} events that the runtime reported on the threads where they happened, {Recording.Bytes / 1e6:0.0} MB");

    /// <summary>What the reader of a result has to know of the watch.</summary>
    public IEnumerable<string> Notes()
    {
        if (CutOff.Length > 0) yield return CutOff;
        if (TargetEnded) yield return "The process ended before the recording did.";
        else if (Recording.Problem.Length > 0) yield return $"The recording is not whole: {Recording.Problem}.";
        if (Summary.DroppedEvents > 0) yield return $"{Summary.DroppedEvents} events were dropped by the runtime because its buffer was full: what they told of is missing, and what had begun on their threads before is left out.";
        if (TargetEnded && Methods.Count == 0) yield return "Methods have no names: the runtime lists them at the end of a recording.";
        if (Malformed > 0) yield return $"{Malformed} events could not be read and are not in the figures.";
    }
}
