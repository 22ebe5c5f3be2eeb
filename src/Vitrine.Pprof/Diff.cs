namespace Vitrine.Pprof;

/// <summary>Compares two profiles: the current one minus a base, as <c>go tool pprof -base</c> and <c>-diff_base</c> do.</summary>
public static class Diff
{
    /// <summary>The label that marks samples of the base, by pprof's convention (text "true").</summary>
    public const string BaseLabel = "pprof::base";

    /// <summary>
    /// Current minus base: values of the base count negative and cancel what is equal; only what differs is left. What <c>-base</c> does; right for two
    /// snapshots of one growing counter, such as two heap profiles of a process.
    /// </summary>
    /// <param name="baseline">What is subtracted.</param>
    /// <param name="current">What it is subtracted from.</param>
    /// <param name="normalize">Scale the current profile first so that its totals equal those of the base: then the shapes are compared, not the amounts.</param>
    /// <exception cref="IncompatibleProfilesException">They have no sample type in common, or other period types.</exception>
    public static Profile Of(Profile baseline, Profile current, bool normalize = false) => Subtract(baseline, current, normalize, mark: false);

    /// <summary>
    /// Current and base side by side: samples of the base are negative and carry <see cref="BaseLabel"/>, so that a viewer can show both a difference and its
    /// percentage of the base. What <c>-diff_base</c> does.
    /// </summary>
    /// <param name="baseline">What is compared against.</param>
    /// <param name="current">What is compared.</param>
    /// <param name="normalize">Scale the current profile first so that its totals equal those of the base.</param>
    /// <exception cref="IncompatibleProfilesException">They have no sample type in common, or other period types.</exception>
    public static Profile Marked(Profile baseline, Profile current, bool normalize = false) => Subtract(baseline, current, normalize, mark: true);

    /// <summary>Whether a sample belongs to the base of a <see cref="Marked"/> difference.</summary>
    public static bool IsBase(Sample sample)
    {
        foreach (var label in sample.Labels)
            if (label is { Key: BaseLabel, Text: "true" })
                return true;
        return false;
    }

    static Profile Subtract(Profile baseline, Profile current, bool normalize, bool mark)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        ArgumentNullException.ThrowIfNull(current);
        if (!current.SampleTypes.SequenceEqual(baseline.SampleTypes))
        {
            var common = SampleTypes.InCommon(current, baseline);
            (current, baseline) = (common[0], common[1]);
        }
        Compatibility.Check(current.Header, baseline.Header);
        if (mark)
            baseline = Labels.Set(baseline, new Label(BaseLabel, "true"));
        if (normalize)
            current = Scale.By(current, Ratios(Totals(baseline), Totals(current)));
        return Merge.Of(current, Scale.By(baseline, -1));
    }

    static double[] Totals(Profile profile)
    {
        // Sums as doubles would lose small samples beside large ones; 64-bit sums of plausible profiles do not overflow, and a wrapped one only spoils the ratio.
        var totals = new long[profile.SampleTypes.Count];
        foreach (var sample in profile.Samples)
        {
            var values = sample.Values;
            for (var i = 0; i < totals.Length; i++)
                totals[i] = unchecked(totals[i] + values[i]);
        }
        return [.. totals.Select(t => (double)t)];
    }

    static double[] Ratios(double[] of, double[] to)
    {
        var ratios = new double[of.Length];
        for (var i = 0; i < ratios.Length; i++)
            ratios[i] = to[i] == 0 ? 0 : of[i] / to[i];
        return ratios;
    }
}
