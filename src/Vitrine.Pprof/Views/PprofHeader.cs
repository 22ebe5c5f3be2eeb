using System.Globalization;

namespace Vitrine.Pprof.Views;

/// <summary>The lines above a pprof report: file, build id, comments, type, time and duration. Times are UTC here (pprof uses the reader's time zone), so that output is the same everywhere.</summary>
internal static class PprofHeader
{
    public static void Write(StreamWriter text, Profile profile, int valueIndex, long total, string shownUnit)
    {
        if (profile.Mappings.Count > 0)
        {
            var file = profile.Mappings[0].File;
            if (file.Length > 0)
                text.WriteLine($"File: {DisplayText.Of(file[(file.LastIndexOfAny(['/', '\\']) + 1)..])}");
            if (profile.Mappings[0].BuildId.Length > 0)
                text.WriteLine($"Build ID: {DisplayText.Of(profile.Mappings[0].BuildId)}");
        }
        foreach (var comment in profile.Comments)
            if (!comment.StartsWith('#'))
                text.WriteLine(DisplayText.Of(comment));
        var type = profile.SampleTypes[valueIndex];
        text.WriteLine($"Type: {DisplayText.Of(type.Type)}");
        if (profile.DocUrl.Length > 0)
            text.WriteLine($"Doc: {DisplayText.Of(profile.DocUrl)}");
        if (profile.TimeNanos != 0)
            text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Time: {DateTime.UnixEpoch.AddTicks(profile.TimeNanos / 100):yyyy-MM-dd HH:mm:ss} UTC"));
        if (profile.DurationNanos == 0)
            return;
        var (nanos, unit) = PprofUnits.Scale(total, type.Unit, "nanoseconds");
        var ratio = unit == "ns" && nanos != 0 ? $"({PprofUnits.Percentage((long)nanos, profile.DurationNanos)})" : "";
        text.WriteLine($"Duration: {PprofUnits.Label(profile.DurationNanos, "nanoseconds")}, Total samples = {PprofUnits.Label(total, type.Unit, shownUnit)} {ratio}");
    }
}
