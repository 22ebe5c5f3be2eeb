using System.Globalization;
using Vitrine.Agent.Show;
using Vitrine.Go;

namespace Vitrine.Agent.Recorder;

/// <summary>What a flight recorder did, for people.</summary>
static class WatchText
{
    public static void Write(TextWriter writer, Style style, GoTarget target, RecorderOptions options, WatchResult result)
    {
        writer.WriteLine($"{Heading.Of(style, target)}, watched for {Units.Duration(result.Watched)}: {style.Bold}{Units.Count(result.Recordings.Count, "recording")}{style.Reset} in {Terminal.Safe(options.Folder)}{(result.Alive ? "" : $"; {style.Red}the process has ended{style.Reset}")}");
        foreach (var recording in result.Recordings)
        {
            writer.WriteLine($"  {style.Cyan}{Path.GetFileName(recording.Path)}{style.Reset}  {Terminal.Safe(recording.Fired.Because)}");
            writer.WriteLine($"    {Units.Count(recording.Events, "event")}{(recording.From is { } from ? $" from {Units.Duration(recording.Fired.At - from)} before it" : "")}; {string.Join(", ", recording.Files)}");
            foreach (var problem in recording.Problems)
                writer.WriteLine($"    {style.Yellow}without {Terminal.Safe(problem)}{style.Reset}");
        }
        foreach (var (trigger, times) in result.Suppressed)
            writer.WriteLine($"  {style.Dim}{trigger} fired {Units.Count(times, "more time")} during the cooldown of {Units.Duration(options.Cooldown)} or after the last recording{style.Reset}");
        writer.WriteLine($"{style.Dim}kept{style.Reset}    {Units.Count(result.Kept.Events.Count, "event")} of the last {Units.Duration(options.Keep)} ({Units.Bytes(result.Kept.Bytes)}), of {Units.Count(result.Kept.Total)} in all");
        writer.WriteLine($"{style.Dim}dropped{style.Reset} {(result.Kept.DroppedEarly == 0 ? "nothing before its time" : $"{style.Yellow}{Units.Count(result.Kept.DroppedEarly, "event")} before their time: more came than are kept{style.Reset}")}");
        foreach (var (source, report) in result.Reports)
        {
            writer.WriteLine();
            writer.Write($"{style.Bold}{source}{style.Reset}");
            ProbeReportText.Write(writer, style, report);
        }
        foreach (var (source, reading) in result.Readings)
        {
            var each = reading.Reads > 0 ? $" of {Units.Duration(reading.Time / reading.Reads)}" : "";
            writer.WriteLine();
            writer.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{style.Bold}{source}{style.Reset}\n{style.Dim}cost{style.Reset}    {Units.Count(reading.Reads, "reading")}{each}: at most {reading.Share * 100:0.###} % of one processor, nothing of the process"));
        }
    }
}
