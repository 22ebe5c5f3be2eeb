namespace Vitrine.Instruments;

/// <summary>What a look with kernel probes cost the target.</summary>
/// <param name="Hits">How often a probe was hit.</param>
/// <param name="NsPerHit">Mean time that a hit took from the target's thread, in nanoseconds: the trap, measured on this machine at the start, and the program, measured by the kernel.</param>
/// <param name="TargetShare">The share of one processor that all hits took together while the look lasted: 0.01 is one percent.</param>
public sealed record ProbeCost(long Hits, Known<double> NsPerHit, Known<double> TargetShare)
{
    /// <summary>A look that only read.</summary>
    public static ProbeCost None { get; } = new(0, Known<double>.Unknown("no probe was attached"), Known<double>.Of(0, Provenance.Computed("no probe was attached")));
}

/// <summary>Events that were seen by a probe and could not be kept, by reason.</summary>
/// <param name="ByReason">Reason and count, only counts above zero.</param>
public sealed record LostEvents(IReadOnlyList<KeyValuePair<string, long>> ByReason)
{
    /// <summary>Nothing was lost.</summary>
    public static LostEvents None { get; } = new([]);

    /// <summary>All of them.</summary>
    public long Total => ByReason.Sum(static one => one.Value);
}

/// <summary>A function that was to be probed and is not, which is never the same as "never called".</summary>
/// <param name="Function">The function's name.</param>
/// <param name="Reason">Why it is not probed.</param>
public sealed record AbsentProbe(string Function, string Reason);

/// <summary>How much of the time the probes were in place.</summary>
/// <param name="Watched">How long the look lasted.</param>
/// <param name="Open">For how long of it the probes were attached.</param>
/// <param name="Windows">In how many pieces.</param>
/// <param name="Scale">What counts and totals are multiplied by to estimate the whole; 1 when nothing was left out, and when no error can be stated: they are lower bounds then.</param>
/// <param name="RelativeError">Half width of the 95 % interval of that estimate, relative to it, from the differences between windows; 0 when nothing was left out; unknown with the reason when the windows do not tell.</param>
public sealed record ProbeCoverage(TimeSpan Watched, TimeSpan Open, int Windows, double Scale, Known<double> RelativeError)
{
    /// <summary>Whether the probes were in place all the time.</summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>Whether the result's counts and totals were multiplied by the scale; else they are of what was seen, and what happened in between is in no figure.</summary>
    public bool IsScaled { get; init; }

    /// <summary>Whether the target ended before the look did: what was seen until then is the result, and the time is shorter than what was asked for.</summary>
    public bool TargetEnded { get; init; }
}

/// <summary>What every look with probes says of itself at its end.</summary>
/// <param name="Cost">What it cost the target.</param>
/// <param name="Lost">What it lost.</param>
/// <param name="Coverage">How much of the time it saw.</param>
/// <param name="Absent">What could not be probed, with the reasons.</param>
/// <param name="Notes">What the reader must know to read the result right, each a full sentence.</param>
public sealed record ProbeReport(ProbeCost Cost, LostEvents Lost, ProbeCoverage Coverage, IReadOnlyList<AbsentProbe> Absent, IReadOnlyList<string> Notes);
