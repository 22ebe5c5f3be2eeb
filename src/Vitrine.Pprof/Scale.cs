using Vitrine.Pprof.Storage;

namespace Vitrine.Pprof;

/// <summary>Multiplies the values of samples.</summary>
public static class Scale
{
    /// <summary>All values times one ratio, rounded half away from zero; samples left with nothing but zeros are dropped.</summary>
    public static Profile By(Profile profile, double ratio)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var ratios = new double[profile.SampleTypes.Count];
        Array.Fill(ratios, ratio);
        return By(profile, ratios);
    }

    /// <summary>Each sample type times its own ratio, rounded half away from zero; samples left with nothing but zeros are dropped.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="ratios">One per sample type; finite.</param>
    public static Profile By(Profile profile, ReadOnlySpan<double> ratios)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if (ratios.Length != profile.SampleTypes.Count)
            throw new ArgumentException($"There are {ratios.Length} ratios for {profile.SampleTypes.Count} sample types.", nameof(ratios));
        foreach (var ratio in ratios)
            if (!double.IsFinite(ratio))
                throw new ArgumentException($"A ratio of {ratio} is not a number to multiply with.", nameof(ratios));
        if (!ratios.ContainsAnyExcept(1.0))
            return profile;
        var old = profile.Tables;
        var stacks = new RowStore<int>();
        var labelSets = new RowStore<int>();
        var values = new RowStore<long>(ratios.Length);
        var scaled = new long[ratios.Length];
        for (var i = 0; i < old.SampleStacks.Count; i++)
        {
            var row = old.SampleValues.Row(i);
            for (var v = 0; v < row.Length; v++)
                // A double holds whole numbers up to 2^53 only: what is not scaled must not pass through one.
                scaled[v] = ratios[v] switch
                {
                    1 => row[v],
                    -1 => unchecked(-row[v]),
                    var ratio => (long)Math.Round(row[v] * ratio, MidpointRounding.AwayFromZero),
                };
            if (!scaled.AsSpan().ContainsAnyExcept(0L))
                continue;
            stacks.Add(old.SampleStacks[i]);
            labelSets.Add(old.SampleLabelSets[i]);
            values.Add(scaled);
        }
        return new Profile(profile.Header, old with { SampleStacks = stacks, SampleLabelSets = labelSets, SampleValues = values });
    }
}
