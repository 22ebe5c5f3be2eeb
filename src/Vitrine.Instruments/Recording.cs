using Vitrine.Pprof;

namespace Vitrine.Instruments;

/// <summary>What was seen over a span of time, with what is missing from it and what it cost.</summary>
/// <param name="Look">The profile, when it began, how long was watched, and what the reader must know of it.</param>
/// <param name="Samples">Observations that the profile is made of.</param>
/// <param name="Lost">Observations that were made and are not in the profile; the notes say why.</param>
/// <param name="Cost">What watching cost whom, as a clause: "no probes, 0.4 % of one core for reading".</param>
public sealed record Recording(Look<Profile> Look, long Samples, long Lost, string Cost)
{
    /// <summary>Whether the target ended before the recording did: what was seen until then is the profile.</summary>
    public bool TargetEnded { get; init; }
}
