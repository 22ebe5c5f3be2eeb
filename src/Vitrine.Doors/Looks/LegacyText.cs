using System.Globalization;
using System.Text;
using Vitrine.Pprof;

namespace Vitrine.Doors.Looks;

/// <summary>
/// A profile as text, as Go's <c>debug=1</c> (src/runtime/pprof/pprof.go): the head tells the kind, then each stack with its values, biggest first, its labels and its frames. What the reader must know
/// stands at the end.
/// </summary>
static class LegacyText
{
    // Characters that are collected before they are passed on.
    const int Portion = 4096;

    /// <summary>Writes it piece by piece: the text of a profile can be a thousand times as long as the profile, and the one who counts its bytes must see them as they come.</summary>
    public static void Write(string name, Profile profile, TextWriter output)
    {
        var text = new StringBuilder();
        AppendHead(text, name, profile, Totals(profile));
        var order = profile.DefaultSampleTypeIndex;
        foreach (var sample in profile.Samples.OrderByDescending(one => order < 0 ? 0 : Math.Abs(one.Values[order])))
            AppendSample(text, profile, sample, output);
        foreach (var comment in profile.Comments)
        {
            text.Append("# ").Append(OneLine(comment)).Append('\n');
            PassOn(text, output, Portion);
        }
        PassOn(text, output, 0);
    }

    static void PassOn(StringBuilder text, TextWriter output, int from)
    {
        if (text.Length < from) return;
        output.Write(text);
        text.Clear();
    }

    static long[] Totals(Profile profile)
    {
        var totals = new long[profile.SampleTypes.Count];
        foreach (var sample in profile.Samples)
        {
            for (var i = 0; i < totals.Length; i++)
                totals[i] += sample.Values[i];
        }
        return totals;
    }

    static void AppendHead(StringBuilder text, string name, Profile profile, long[] totals)
    {
        if (IsHeap(profile))
            text.Append(CultureInfo.InvariantCulture, $"heap profile: {totals[2]}: {totals[3]} [{totals[0]}: {totals[1]}] @ heap/{2 * Math.Max(1, profile.Period)}\n");
        else if (IsContention(profile))
            // Values are in nanoseconds: a "cycle" is one.
            text.Append(CultureInfo.InvariantCulture, $"--- {(name == "block" ? "contention" : name)}:\ncycles/second=1000000000\nsampling period={Math.Max(1, profile.Period)}\n");
        else if (totals.Length == 1)
            text.Append(CultureInfo.InvariantCulture, $"{name} profile: total {totals[0]}\n");
        else
            text.Append(CultureInfo.InvariantCulture, $"{name} profile: {string.Join(", ", profile.SampleTypes.Select((type, i) => $"{totals[i]} {type.Type}/{type.Unit}"))}\n");
    }

    static void AppendSample(StringBuilder text, Profile profile, Sample sample, TextWriter output)
    {
        var values = sample.Values;
        if (IsHeap(profile))
            text.Append(CultureInfo.InvariantCulture, $"{values[2]}: {values[3]} [{values[0]}: {values[1]}] @");
        else if (IsContention(profile))
            text.Append(CultureInfo.InvariantCulture, $"{values[1]} {values[0]} @");
        else
        {
            foreach (var value in values)
                text.Append(CultureInfo.InvariantCulture, $"{value} ");
            text.Append('@');
        }
        foreach (var location in sample.LocationIndexes)
            text.Append(CultureInfo.InvariantCulture, $" 0x{profile.Locations[location].Address:x}");
        text.Append('\n');
        var labels = sample.Labels.Select(static one => $"\"{OneLine(one.Key)}\":\"{OneLine(one.Text ?? one.Number.ToString(CultureInfo.InvariantCulture))}\"").ToList();
        if (labels.Count > 0) text.Append("# labels: {").AppendJoin(", ", labels).Append("}\n");
        foreach (var location in sample.LocationIndexes)
        {
            AppendLocation(text, profile, profile.Locations[location]);
            PassOn(text, output, Portion);
        }
        text.Append('\n');
    }

    static void AppendLocation(StringBuilder text, Profile profile, Location location)
    {
        if (location.LineCount == 0) text.Append(CultureInfo.InvariantCulture, $"#\t0x{location.Address:x}\n");
        for (var i = 0; i < location.LineCount; i++)
        {
            var line = location.Line(i);
            var function = profile.Functions[line.Function];
            text.Append(CultureInfo.InvariantCulture, $"#\t0x{location.Address:x}\t{OneLine(function.Name)}");
            if (function.FileName.Length > 0) text.Append(CultureInfo.InvariantCulture, $"\t{OneLine(function.FileName)}:{line.LineNumber}");
            text.Append('\n');
        }
    }

    static bool IsHeap(Profile profile) =>
        profile.SampleTypes is [{ Type: "alloc_objects" }, { Type: "alloc_space" }, { Type: "inuse_objects" }, { Type: "inuse_space" }];

    static bool IsContention(Profile profile) => profile.SampleTypes is [{ Type: "contentions" }, { Type: "delay" }];

    // Labels and names come from the service: none of them ends a line.
    internal static string OneLine(string text) => text.AsSpan().ContainsAnyInRange('\0', '\u001f') ? string.Concat(text.Select(static c => c < ' ' ? ' ' : c)) : text;
}
