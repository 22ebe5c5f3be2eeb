using System.Globalization;
using System.Text;

namespace Vitrine.Pprof.Tests.Support;

/// <summary>Everything a profile means, as text: two profiles are the same exactly if their texts are.</summary>
public static class ProfileText
{
    public static string Of(Profile profile)
    {
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"types {string.Join(' ', profile.SampleTypes)} default '{profile.DefaultSampleType}' period {profile.Period} {profile.PeriodType?.ToString() ?? "/"}");
        text.AppendLine(CultureInfo.InvariantCulture, $"time {profile.TimeNanos} duration {profile.DurationNanos} drop '{profile.DropFrames}' keep '{profile.KeepFrames}' doc '{profile.DocUrl}'");
        foreach (var comment in profile.Comments)
            text.AppendLine(CultureInfo.InvariantCulture, $"comment {comment}");
        foreach (var sample in profile.Samples)
        {
            text.Append(CultureInfo.InvariantCulture, $"sample {string.Join(' ', sample.Values.ToArray())} :");
            foreach (var location in sample.LocationIndexes)
                text.Append(CultureInfo.InvariantCulture, $" [{Location(profile.Locations[location])}]");
            foreach (var label in sample.Labels)
                text.Append(CultureInfo.InvariantCulture, $" {label.Key}={label.Text ?? $"{label.Number} {label.Unit}"}");
            text.AppendLine();
        }
        foreach (var location in profile.Locations)
            text.AppendLine(CultureInfo.InvariantCulture, $"location {Location(location)}");
        foreach (var function in profile.Functions)
            text.AppendLine(CultureInfo.InvariantCulture, $"function {Function(function)}");
        foreach (var mapping in profile.Mappings)
            text.AppendLine(CultureInfo.InvariantCulture, $"mapping {Mapping(mapping)}");
        return text.ToString();

        string Location(Location location)
        {
            var lines = Enumerable.Range(0, location.LineCount).Select(i => location.Line(i)).Select(l => $"{Function(profile.Functions[l.Function])}@{l.LineNumber}:{l.Column}");
            return $"{location.Address:x} {(location.Mapping is { } m ? Mapping(m) : "-")} {(location.IsFolded ? "folded " : "")}{string.Join(" < ", lines)}";
        }

        static string Function(Function f) => $"{f.Name}({f.SystemName}) {f.FileName} {f.StartLine}";

        static string Mapping(Mapping m) => $"{m.Start:x}-{m.Limit:x}+{m.Offset:x} {m.File} {m.BuildId} {m.Symbols}";
    }
}
