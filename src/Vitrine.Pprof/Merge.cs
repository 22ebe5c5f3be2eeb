namespace Vitrine.Pprof;

/// <summary>Adds profiles up, with the semantics of pprof. For many large files use <see cref="ProfileMerger"/>, which lets each source go once it is added.</summary>
public static class Merge
{
    /// <summary>
    /// One profile with the samples of all: equal samples summed, zero samples dropped, durations summed, the earliest time, the longest period, every comment once.
    /// Order of the arguments decides the order of the result only.
    /// </summary>
    /// <exception cref="IncompatibleProfilesException">They do not have equal sample types and period types.</exception>
    public static Profile Of(params IReadOnlyList<Profile> profiles)
    {
        ArgumentNullException.ThrowIfNull(profiles);
        var merger = new ProfileMerger();
        foreach (var profile in profiles)
            merger.Add(profile);
        return merger.Build();
    }
}
