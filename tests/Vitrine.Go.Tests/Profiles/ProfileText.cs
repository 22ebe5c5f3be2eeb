using System.Globalization;
using System.Text;
using Vitrine.Pprof;

namespace Vitrine.Go.Tests.Profiles;

/// <summary>A profile as a sorted list of lines, one for each sample with everything that belongs to it: what two equal profiles have in common.</summary>
static class ProfileText
{
    /// <summary>The samples that count something. A profile that a process writes of itself also lists buckets that it made while writing, all zero.</summary>
    public static List<string> Samples(Profile profile, Predicate<string>? keep = null)
    {
        var lines = new List<string>();
        foreach (Sample sample in profile.Samples)
        {
            if (sample.Values.IndexOfAnyExcept(0L) < 0)
                continue;
            string line = Describe(profile, sample);
            if (keep is null || keep(line))
                lines.Add(line);
        }
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    static string Describe(Profile profile, Sample sample)
    {
        var text = new StringBuilder();
        foreach (int index in sample.LocationIndexes)
        {
            Location location = profile.Locations[index];
            text.Append(CultureInfo.InvariantCulture, $"{location.Address:x}");
            for (int i = 0; i < location.LineCount; i++)
            {
                Line line = location.Line(i);
                // C code: the runtime writes a line without a function, Vitrine none.
                if (line.Function < 0 || profile.Functions[line.Function].Name.Length == 0)
                    continue;
                Function function = profile.Functions[line.Function];
                text.Append(CultureInfo.InvariantCulture, $" {function.Name}({function.SystemName}) {function.FileName}:{function.StartLine}:{line.LineNumber}");
            }
            text.Append('\n');
        }
        foreach (Label label in sample.Labels)
            text.Append(CultureInfo.InvariantCulture, $"{label.Key}={label.Text}{label.Number}{label.Unit}\n");
        foreach (long value in sample.Values)
            text.Append(CultureInfo.InvariantCulture, $"{value} ");
        return text.ToString();
    }
}
