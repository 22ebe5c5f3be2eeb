using System.Text;

namespace Vitrine.Pprof.Views;

/// <summary>Every sample with its labels and stack, as <c>go tool pprof -traces</c> prints them (report.go, printTraces).</summary>
public static class TextTraces
{
    const string Separator = "-----------+-------------------------------------------------------";

    /// <summary>Writes all samples as UTF-8 text. Does not dispose the stream.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="destination">Where to.</param>
    /// <param name="valueIndex">Which value; null = the profile's default.</param>
    public static void Write(Profile profile, Stream destination, int? valueIndex = null)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(destination);
        var type = valueIndex ?? profile.DefaultSampleTypeIndex;
        if ((uint)type >= (uint)profile.SampleTypes.Count)
            throw new ArgumentOutOfRangeException(nameof(valueIndex), valueIndex, $"The profile has {profile.SampleTypes.Count} sample types.");
        var unit = profile.SampleTypes[type].Unit;
        var values = FunctionValues.Of(profile, type);
        using var text = new StreamWriter(destination, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };
        PprofHeader.Write(text, profile, type, values.Total, PprofUnits.Auto);
        var table = new FrameTable(FrameGranularity.Function);
        var frames = table.OfLocations(profile);
        var names = table.Frames.Select(frame => DisplayText.Of(frame.Name)).ToArray();
        foreach (var sample in profile.Samples)
        {
            if (sample.LocationIndexes.IsEmpty)
                continue;
            text.WriteLine(Separator);
            WriteLabels(text, sample);
            var value = PprofUnits.Label(sample.Values[type], unit);
            foreach (var location in sample.LocationIndexes)
            {
                var ofLocation = frames[location];
                for (var k = ofLocation.Length - 1; k >= 0; k--)
                {
                    text.WriteLine($"{value,10}   {names[ofLocation[k]]}{(k > 0 ? " (inline)" : "")}");
                    value = "";
                }
            }
        }
        text.WriteLine(Separator);
    }

    static void WriteLabels(StreamWriter text, Sample sample)
    {
        foreach (var group in sample.Labels.Where(label => !label.IsNumeric).GroupBy(label => label.Key).OrderBy(group => group.Key, StringComparer.Ordinal))
            text.WriteLine($"{DisplayText.Of(group.Key),10}:  {string.Join(' ', group.Select(label => DisplayText.Of(label.Text ?? "")))}");
        foreach (var group in sample.Labels.Where(label => label.IsNumeric).GroupBy(label => label.Key).OrderBy(group => group.Key, StringComparer.Ordinal))
            text.WriteLine($"{DisplayText.Of(group.Key),10}:  {string.Join(' ', group.Select(label => PprofUnits.Label(label.Number, label.Unit ?? "")))}");
    }
}
