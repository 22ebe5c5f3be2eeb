using System.Globalization;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Json;
using Vitrine.Agent.Show;
using Vitrine.DotNet.Counters;
using Vitrine.DotNet.Outside;
using Vitrine.Insight.Findings;
using Vitrine.Instruments;

namespace Vitrine.Agent.DotNet;

/// <summary><c>vitrine leaks</c> of a .NET process: memory that stays after full collections, and threads.</summary>
static class DotNetLeaks
{
    const int MostLooks = 100_000;

    public static int Run(DotNetTarget target, TimeSpan duration, TimeSpan every, string format, string? output, bool all, Remarks remarks, CancellationToken cancellation)
    {
        using var counters = DotNetCounters.Start(target, every > TimeSpan.FromSeconds(0.5) ? every : TimeSpan.FromSeconds(0.5));
        counters.WaitFor(1, cancellation);
        var looks = new List<GrowthLook>();
        var started = TimeProvider.System.GetTimestamp();
        for (var due = TimeSpan.Zero; due <= duration && looks.Count < MostLooks && target.Process.IsAlive(); due += every)
        {
            var wait = due - TimeProvider.System.GetElapsedTime(started);
            if (wait > TimeSpan.Zero && cancellation.WaitHandle.WaitOne(wait)) break;
            var at = TimeProvider.System.GetElapsedTime(started);
            looks.Add(Look(target, counters, at));
            remarks.Progress($"watching {target.Name}: {Units.Count(looks[^1].Threads, "thread")}, {Units.Duration(at)} of {Units.Duration(duration)}, Ctrl-C concludes early");
        }
        remarks.ClearProgress();
        var watched = TimeProvider.System.GetElapsedTime(started);
        var growths = GrowthWatch.Conclude(looks);
        if (format == "json") Output.Bytes(output, stream => WriteJson(stream, target, growths, looks.Count, watched));
        else Output.Text(output, writer => WriteText(writer, Style.For(output), target, growths, looks.Count, watched, all));
        return EndOfLook.Of(target.Pid, !target.Process.IsAlive(), watched);
    }

    static GrowthLook Look(DotNetTarget target, DotNetCounters counters, TimeSpan at)
    {
        var threads = target.Process.Threads().Count;
        if (counters.Session is not { } session || session.Latest is not { Count: > 0 } latest)
        {
            var why = counters.Why.Length > 0 ? counters.Why : "the process sent no counters: it was published without event sources";
            return new(at, Known<double>.Unknown(why), Known<double>.Unknown(why), threads);
        }
        var route = Provenance.Read("counters of System.Runtime");
        return new(at, Known<double>.Of(Value(latest, "gen-2-size") + Value(latest, "loh-size") + Value(latest, "poh-size"), route),
            Known<double>.Of(session.Totals.GetValueOrDefault("gen-2-gc-count"), route), threads);
    }

    static double Value(IReadOnlyDictionary<string, RuntimeCounter> counters, string name) => counters.TryGetValue(name, out var counter) ? counter.Value : 0;

    static void WriteText(TextWriter writer, Style style, DotNetTarget target, IReadOnlyList<Growth> growths, int looks, TimeSpan watched, bool all)
    {
        var suspects = growths.Count(static one => one.Finding.Verdict != Verdict.None);
        writer.WriteLine($"{Heading.Of(style, target)}: watched for {Units.Duration(watched)} in {Units.Count(looks, "look")}, while it ran");
        writer.WriteLine($"{(suspects > 0 ? style.Yellow : style.Green)}{style.Bold}{Units.Count(suspects, "suspect")}{style.Reset}");
        foreach (var growth in growths)
        {
            // What could not be judged is always said.
            var isJudged = growth.Finding.Confidence.Value > 0;
            if (growth.Finding.Verdict == Verdict.None && !all && isJudged) continue;
            var finding = growth.Finding;
            writer.WriteLine($"\n{(finding.Verdict == Verdict.None ? style.Dim : style.Yellow)}{style.Bold}{(finding.Verdict == Verdict.None ? "none" : "SUSPECT")}{style.Reset} {style.Bold}{finding.Title}{style.Reset}"
                + (isJudged ? $", confidence {finding.Confidence}" : ""));
            List("evidence", finding.Evidence.Select(evidence => $"{evidence.Statement} {style.Dim}[{evidence.Provenance}]{style.Reset}"));
            List("confidence", [finding.Confidence.Computation]);
            List("unknown", finding.Unknowns);
            List("next", finding.NextSteps.Select(step => step.Replace("PID", target.Pid.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));
        }

        void List(string label, IEnumerable<string> lines)
        {
            foreach (var line in lines)
            {
                writer.WriteLine($"    {style.Dim}{label,-11}{style.Reset} {line}");
                label = "";
            }
        }
    }

    static void WriteJson(Stream stream, DotNetTarget target, IReadOnlyList<Growth> growths, int looks, TimeSpan watched) => JsonDocumentWriter.Write(stream, JsonSchema.Growth, json =>
    {
        json.WriteTarget(target);
        json.WriteNumber("observations", looks);
        json.WriteNumber("watchedMs", watched.TotalMilliseconds);
        json.WriteStartArray("findings");
        foreach (var growth in growths)
        {
            json.WriteStartObject();
            json.WriteString("subject", growth.Subject);
            json.WriteString("verdict", growth.Finding.Verdict == Verdict.None ? "none" : "suspect");
            json.WriteNumber("confidence", growth.Finding.Confidence.Value);
            json.WriteString("confidenceComputation", growth.Finding.Confidence.Computation);
            json.WriteString("title", growth.Finding.Title);
            json.WriteStartArray("values");
            foreach (var value in growth.Values)
                json.WriteNumberValue(value);
            json.WriteEndArray();
            json.WriteNumber("growthPerSecond", growth.PerSecond.Slope);
            json.WriteNumber("growthPerSecondLower", growth.PerSecond.Lower);
            json.WriteNumber("growthPerSecondUpper", growth.PerSecond.Upper);
            json.WriteStartArray("evidence");
            foreach (var evidence in growth.Finding.Evidence)
            {
                json.WriteStartObject();
                json.WriteString("statement", evidence.Statement);
                json.WriteString("obtained", evidence.Provenance.ToString());
                json.WriteEndObject();
            }
            json.WriteEndArray();
            Texts("unknowns", growth.Finding.Unknowns);
            Texts("nextSteps", growth.Finding.NextSteps);
            json.WriteEndObject();
        }
        json.WriteEndArray();

        void Texts(string name, IReadOnlyList<string> texts)
        {
            json.WriteStartArray(name);
            foreach (var text in texts)
                json.WriteStringValue(text);
            json.WriteEndArray();
        }
    });
}
