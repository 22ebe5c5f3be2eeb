using System.Globalization;
using System.Text;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Goroutines;

/// <summary>Writes a <c>goroutine</c> profile as text, in the manner of the pages of Go's <c>net/http/pprof</c>.</summary>
public static class GoroutineText
{
    /// <summary>
    /// As <c>debug=2</c>: a block for each sample, the methods with their lines, leaf first. For a profile in which each thread and each operation has a sample of its own; others get one block
    /// with their number.
    /// </summary>
    public static void WriteEach(Profile profile, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(output);
        var isFirst = true;
        foreach (var sample in profile.Samples)
        {
            if (!isFirst) output.Write('\n');
            isFirst = false;
            var labels = sample.Labels;
            output.Write(labels.Text(GoroutineLabels.Kind) ?? "stack");
            if (Number(labels, GoroutineLabels.Id) is { } id) output.Write(string.Create(CultureInfo.InvariantCulture, $" {id}"));
            if (sample.Values[0] != 1) output.Write(string.Create(CultureInfo.InvariantCulture, $" ×{sample.Values[0]}"));
            if (labels.Text(GoroutineLabels.Name) is { Length: > 0 } name) output.Write($" \"{Clean(name)}\"");
            output.Write($" [{Clean(labels.Text(GoroutineLabels.State) ?? "unknown")}");
            if (Number(labels, GoroutineLabels.AtLeast) is { } seconds) output.Write(string.Create(CultureInfo.InvariantCulture, $", at least {seconds} s"));
            output.Write("]:\n");
            WriteOtherLabels(labels, output);
            foreach (var frame in Frames(profile, sample))
            {
                output.Write($"{frame.Function}(...)\n");
                if (frame.Place.Length > 0) output.Write($"\t{frame.Place}\n");
            }
        }
    }

    /// <summary>As <c>debug=1</c>: stacks with how many threads or operations are there, most first, with their labels and lines.</summary>
    public static void WriteGrouped(Profile profile, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(output);
        var samples = profile.Samples.OrderByDescending(static one => one.Values[0]).ThenBy(static one => one.Index).ToList();
        output.Write(string.Create(CultureInfo.InvariantCulture, $"goroutine profile: total {samples.Sum(static one => one.Values[0])}\n"));
        foreach (var sample in samples)
        {
            output.Write(string.Create(CultureInfo.InvariantCulture, $"{sample.Values[0]} @"));
            foreach (var index in sample.LocationIndexes)
                output.Write(string.Create(CultureInfo.InvariantCulture, $" 0x{profile.Locations[index].Address:x}"));
            output.Write('\n');
            if (sample.Labels.Count > 0)
                output.Write($"# labels: {{{string.Join(", ", sample.Labels.Select(static one => $"{Quoted(one.Key)}:{Quoted(one.Text ?? one.Number.ToString(CultureInfo.InvariantCulture) + one.Unit)}"))}}}\n");
            foreach (var frame in Frames(profile, sample))
                output.Write(string.Create(CultureInfo.InvariantCulture, $"#\t0x{frame.Address:x}\t{frame.Function}\t{frame.Place}\n"));
            output.Write('\n');
        }
    }

    static void WriteOtherLabels(LabelSet labels, TextWriter output)
    {
        foreach (var label in labels)
            if (label is { Text: { } text, Key: not (GoroutineLabels.Kind or GoroutineLabels.Name or GoroutineLabels.State) })
                output.Write($"# {Clean(label.Key)}: {Clean(text)}\n");
    }

    static IEnumerable<(ulong Address, string Function, string Place)> Frames(Profile profile, Sample sample)
    {
        for (var i = 0; i < sample.LocationIndexes.Length; i++)
        {
            var location = profile.Locations[sample.LocationIndexes[i]];
            var module = location.Mapping is { } mapping ? mapping.File : "";
            if (location.LineCount == 0) yield return (location.Address, string.Create(CultureInfo.InvariantCulture, $"0x{location.Address:x}"), Clean(module));
            for (var line = 0; line < location.LineCount; line++)
            {
                var at = location.Line(line);
                var function = profile.Functions[at.Function];
                yield return (location.Address, Clean(function.Name),
                    function.FileName.Length > 0 ? string.Create(CultureInfo.InvariantCulture, $"{Clean(function.FileName)}:{at.LineNumber}") : Clean(module));
            }
        }
    }

    static long? Number(LabelSet labels, string key)
    {
        foreach (var label in labels)
            if (label.IsNumeric && label.Key == key)
                return label.Number;
        return null;
    }

    // Names come from the target: none of them may look like a line of this text.
    static string Clean(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\0', '\u001f')) return text;
        var clean = new StringBuilder(text.Length);
        foreach (var c in text) clean.Append(c < ' ' ? '?' : c);
        return clean.ToString();
    }

    static string Quoted(string text) => $"\"{Clean(text).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
