using Vitrine.Pprof;

namespace Vitrine.DotNet.Tests.Heap;

/// <summary>Sums of a profile's values.</summary>
static class ProfileSums
{
    /// <summary>The sum of one sample type over the samples whose stack has a method.</summary>
    public static long Of(Profile profile, string sampleType, string method)
    {
        var type = profile.SampleTypes.ToList().FindIndex(one => one.Type == sampleType);
        long sum = 0;
        foreach (var sample in profile.Samples)
            if (Methods(profile, sample).Exists(name => name.EndsWith($".{method}", StringComparison.Ordinal))) sum += sample.Values[type];
        return sum;
    }

    /// <summary>Names of the methods of a sample's stack, leaf first.</summary>
    public static List<string> Methods(Profile profile, Sample sample)
    {
        List<string> names = [];
        foreach (var location in sample.LocationIndexes)
            for (var i = 0; i < profile.Locations[location].LineCount; i++)
                names.Add(profile.Functions[profile.Locations[location].Line(i).Function].Name);
        return names;
    }
}
