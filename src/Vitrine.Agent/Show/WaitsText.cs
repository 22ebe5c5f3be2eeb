using System.Globalization;
using Vitrine.Go;
using Vitrine.Go.Binary;
using Vitrine.Go.Probes.Waits;

namespace Vitrine.Agent.Show;

/// <summary>Waits for people: the biggest first, each with its stack and with who ended it; then what still waits.</summary>
sealed class WaitsText(TextWriter output, Style style)
{
    const int MostFrames = 6;
    const int MostReleasers = 3;
    const int MostOngoing = 10;

    public void Write(GoTarget target, WaitSnapshot waits, int top)
    {
        WriteHeader(output, style, target, waits);
        output.WriteLine();
        if (waits.Rows.Count > 0)
            WriteKinds(waits);
        else
            output.WriteLine(waits.Minimum > TimeSpan.Zero ? $"No wait that began during the look ended in it after {Time(waits.Minimum)} or more.\n" : "No wait that began during the look ended in it.\n");
        var rows = top == 0 ? waits.Rows : [.. waits.Rows.Take(top)];
        foreach (var row in rows)
            WriteRow(row);
        if (rows.Count < waits.Rows.Count)
            output.WriteLine($"{style.Dim}… {Units.Count(waits.Rows.Count - rows.Count, "more row")} with {Time(Sum(waits.Rows.Skip(rows.Count)))} in all: --top 0 shows them{style.Reset}\n");
        WriteOngoing(waits.Ongoing);
        foreach (var line in NotCounted(waits))
            output.WriteLine($"{style.Dim}{line}{style.Reset}");
        ProbeReportText.Write(output, style, waits.Report);
    }

    /// <summary>One line a row, for the view that redraws.</summary>
    public static void WriteTable(TextWriter output, Style style, GoTarget target, WaitSnapshot waits, int top)
    {
        WriteHeader(output, style, target, waits);
        output.WriteLine();
        var table = Tables.Create(">total", ">count", ">worst", "kind", "waits for", "in", "released by");
        foreach (var row in top == 0 ? waits.Rows : waits.Rows.Take(top))
        {
            table.Row(Time(row.Total), Units.Count(row.Count), Time(row.Max), row.Kind.Name(), Objects(row), Function(row.Frames),
                row.ReleasedBy.Count == 0 ? "" : row.ReleasedBy[0].By == WaitReleasedBy.Goroutine ? Function(row.ReleasedBy[0].Frames) : By(row.ReleasedBy[0].By));
        }
        Tables.Write(output, table, toFile: style == Style.None);
        ProbeReportText.Write(output, style, waits.Report);
    }

    static void WriteHeader(TextWriter output, Style style, GoTarget target, WaitSnapshot waits)
    {
        var least = waits.Minimum > TimeSpan.Zero ? $" of at least {Time(waits.Minimum)}" : "";
        output.WriteLine($"{Heading.Of(style, target)}: "
            + $"{style.Bold}{Units.Count(waits.Rows.Sum(static row => row.Count), "wait")}{style.Reset}{least} ended in {Units.Duration(waits.Report.Coverage.Watched)}, {Time(Sum(waits.Rows))} in all");
    }

    void WriteKinds(WaitSnapshot waits)
    {
        var table = Tables.Create("kind", ">total", ">count", ">worst", ">mean");
        foreach (var kind in waits.Rows.GroupBy(static row => row.Kind).OrderByDescending(Sum))
        {
            var count = kind.Sum(static row => row.Count);
            table.Row(kind.Key.Name(), Time(Sum(kind)), Units.Count(count), Time(kind.Max(static row => row.Max)), count > 0 ? Time(Sum(kind) / count) : "");
        }
        Tables.Write(output, table, toFile: style == Style.None);
        output.WriteLine();
    }

    void WriteRow(WaitRow row)
    {
        output.WriteLine($"{style.Bold}{style.Cyan}{Time(row.Total)}{style.Reset} {style.Bold}{row.Kind.Name()}{style.Reset}, {Units.Count(row.Count, "wait")}, worst {style.Yellow}{Time(row.Max)}{style.Reset}"
            + $"{Named("", Objects(row))} {style.Dim}[{Terminal.Safe(row.Reason)}]{style.Reset}");
        WriteFrames("    ", row.Frames, MostFrames);
        if (row.Stacks > 1)
            output.WriteLine($"    {style.Dim}and {Units.Count(row.Stacks - 1, "other stack")}{style.Reset}");
        foreach (var releaser in row.ReleasedBy.Take(MostReleasers))
        {
            var stack = releaser.By == WaitReleasedBy.Goroutine && releaser.Frames.Count > 0;
            output.WriteLine($"  {style.Dim}released {Times(releaser.Count)}, {Time(releaser.Total)}, by{style.Reset}{(stack ? "" : " " + By(releaser.By))}");
            WriteFrames("    ", releaser.Frames, MostFrames - 2);
        }
        if (row.ReleasedBy.Count > MostReleasers)
            output.WriteLine($"  {style.Dim}and by {Units.Count(row.ReleasedBy.Count - MostReleasers)} or more others{style.Reset}");
        output.WriteLine();
    }

    void WriteFrames(string indent, IReadOnlyList<SourceFrame> frames, int most)
    {
        var shown = Math.Min(most, frames.Count);
        var width = 0;
        for (var i = 0; i < shown; i++)
            width = Math.Max(width, Math.Min(frames[i].Function.Length, 60));
        for (var i = 0; i < shown; i++)
            output.WriteLine($"{indent}{Terminal.Safe(frames[i].Function).PadRight(width)}  {style.Dim}{Terminal.Safe(SourcePath.Short(frames[i].Function, frames[i].File))}:{frames[i].Line.ToString(CultureInfo.InvariantCulture)}{style.Reset}");
        if (frames.Count > shown)
            output.WriteLine($"{indent}{style.Dim}… {frames.Count - shown} more{style.Reset}");
    }

    void WriteOngoing(IReadOnlyList<OngoingWait>? ongoing)
    {
        if (ongoing is not { Count: > 0 })
            return;
        output.WriteLine($"{style.Bold}Still waiting{style.Reset} {style.Dim}(in none of the figures above){style.Reset}");
        foreach (var wait in ongoing.Take(MostOngoing))
        {
            var frames = wait.Representative.VisibleFrames;
            var place = frames.FirstOrDefault(static frame => !IsLibrary(frame.Function)) ?? (frames.Count > 0 ? frames[0] : null);
            var where = place is null ? "" : $"{Terminal.Safe(place.Function)}  {style.Dim}{Terminal.Safe(SourcePath.Short(place.Function, place.File))}:{place.Line}{style.Reset}";
            output.WriteLine($"  {Units.Count(wait.Count)} {wait.Kind.Name()} for {(wait.IsLowerBound ? "at least " : "")}{style.Yellow}{Time(wait.Longest)}{style.Reset}"
                + $" {style.Dim}goroutine {wait.Oldest}{style.Reset}  {where}");
        }
        if (ongoing.Count > MostOngoing)
            output.WriteLine($"  {style.Dim}… {Units.Count(ongoing.Count - MostOngoing, "more place")}: vitrine dump shows them all{style.Reset}");
        output.WriteLine();
    }

    static IEnumerable<string> NotCounted(WaitSnapshot waits)
    {
        if (waits.TooShort > 0)
            yield return $"{Units.Count(waits.TooShort, "wait was", "waits were")} shorter than {Time(waits.Minimum)}: in none of the figures";
        if (waits.BeganBefore > 0)
            yield return $"{Units.Count(waits.BeganBefore, "wait")} ended whose beginning was not seen, nearly always because it was before the look: of unknown length, in none of the figures";
        if (waits.WithoutObject > 0)
            yield return $"{Units.Count(waits.WithoutObject, "wait is", "waits are")} counted without the object: there were too many different ones";
        if (waits.CutOff > 0)
            yield return $"{Units.Count(waits.CutOff, "wait was", "waits were")} cut off by the end of a window of the budget";
    }

    static string Objects(WaitRow row) => row.Object is { } one ? Terminal.Safe(one.ToString()) : row.Objects > 1 ? $"{Units.Count(row.Objects, "object")}" : "";

    static string Named(string word, string what) => what.Length == 0 ? "" : $" {word}{what}";

    static string By(WaitReleasedBy by) => by switch
    {
        WaitReleasedBy.Timer => "a timer",
        WaitReleasedBy.Poller => "the network poller",
        WaitReleasedBy.Unknown => "what could not be read",
        _ => "a goroutine whose stack is not known",
    };

    /// <summary>The first function that is the program's own business; the operation itself is in the kind.</summary>
    static string Function(IReadOnlyList<SourceFrame> frames)
    {
        foreach (var frame in frames)
        {
            if (!IsLibrary(frame.Function))
                return frame.Function;
        }
        return frames.Count > 0 ? frames[0].Function : "";
    }

    static bool IsLibrary(string function) =>
        function.StartsWith("sync.", StringComparison.Ordinal) || function.StartsWith("runtime.", StringComparison.Ordinal) || function.StartsWith("internal/", StringComparison.Ordinal)
        || function.StartsWith("time.", StringComparison.Ordinal) || function.StartsWith("net.", StringComparison.Ordinal);

    static string Times(long count) => count == 1 ? "once" : Units.Count(count, "time");

    static TimeSpan Sum(IEnumerable<WaitRow> rows)
    {
        var sum = TimeSpan.Zero;
        foreach (var row in rows)
            sum += row.Total;
        return sum;
    }

    static string Time(TimeSpan time) => Units.Duration(time);
}
