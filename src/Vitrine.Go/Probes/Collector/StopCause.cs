namespace Vitrine.Go.Probes.Collector;

/// <summary>Who stopped the world.</summary>
public enum StopCause
{
    /// <summary>The collector, at the start of a collection.</summary>
    SweepTermination,

    /// <summary>The collector, at the end of marking.</summary>
    MarkTermination,

    /// <summary>Somebody else: a profile, ReadMemStats, GOMAXPROCS, a trace …; the reason says what.</summary>
    Other,
}
