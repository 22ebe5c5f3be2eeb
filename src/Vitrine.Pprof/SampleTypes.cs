using Vitrine.Pprof.Storage;

namespace Vitrine.Pprof;

/// <summary>Chooses which values of its samples a profile keeps.</summary>
public static class SampleTypes
{
    /// <summary>Keeps the sample types with these names, in this order.</summary>
    /// <exception cref="ArgumentException">The profile has no such type.</exception>
    public static Profile Select(Profile profile, params IReadOnlyList<string> types)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(types);
        var columns = new int[types.Count];
        for (var i = 0; i < columns.Length; i++)
        {
            columns[i] = profile.SampleTypeIndex(types[i]);
            if (columns[i] < 0)
                throw new ArgumentException($"The profile has no sample type \"{types[i]}\"; it has {string.Join(", ", profile.SampleTypes)}.", nameof(types));
        }
        var values = new RowStore<long>(columns.Length, profile.Samples.Count);
        foreach (var sample in profile.Samples)
        {
            var row = values.Add();
            for (var i = 0; i < columns.Length; i++)
                row[i] = sample.Values[columns[i]];
        }
        var header = profile.Header with
        {
            SampleTypes = [.. columns.Select(c => profile.SampleTypes[c])],
            DefaultSampleType = types.Contains(profile.DefaultSampleType) || types.Count == 0 ? profile.DefaultSampleType : types[0],
        };
        return new Profile(header, profile.Tables with { SampleValues = values });
    }

    /// <summary>Reduces profiles to the sample types that all of them have, in the order of the first, so that they can be merged or compared.</summary>
    /// <exception cref="IncompatibleProfilesException">They have none in common.</exception>
    public static IReadOnlyList<Profile> InCommon(params IReadOnlyList<Profile> profiles)
    {
        ArgumentNullException.ThrowIfNull(profiles);
        if (profiles.Count == 0)
            return [];
        string[] common = [.. profiles[0].SampleTypes.Select(t => t.Type).Where(t => profiles.All(p => p.SampleTypeIndex(t) >= 0))];
        if (common.Length == 0)
            throw new IncompatibleProfilesException($"The profiles have no sample type in common: {string.Join("; ", profiles.Select(p => string.Join(", ", p.SampleTypes)))}.");
        return [.. profiles.Select(p => Select(p, common))];
    }
}
