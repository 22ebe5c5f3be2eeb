using System.Globalization;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Json;
using Vitrine.Agent.Show;
using Vitrine.DotNet.Counters;
using Vitrine.DotNet.Outside;
using Vitrine.Insight.Findings;
using Vitrine.Insight.HeapGrowth;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.DotNet;

/// <summary><c>vitrine leaks</c> of a .NET process: memory that stays after full collections and the places that allocated it, threads, and a thread pool that starves.</summary>
static class DotNetLeaks
{
    const int MostLooks = 100_000;

    /// <summary>What the run was asked for.</summary>
    /// <param name="Duration">How long to watch.</param>
    /// <param name="Every">Time between two looks.</param>
    /// <param name="Format">text or json.</param>
    /// <param name="Output">The file; null for the terminal.</param>
    /// <param name="All">Whether what shows no sign is shown too.</param>
    /// <param name="UseExitCode">Whether a leak has an exit code of its own.</param>
    /// <param name="CountersOnly">Whether the runtime is left to its counters, and reports neither allocations nor waits.</param>
    public sealed record Request(TimeSpan Duration, TimeSpan Every, string Format, string? Output, bool All, bool UseExitCode, bool CountersOnly);

    /// <summary>What was found, and how.</summary>
    sealed record Result(IReadOnlyList<Growth> Growths, int Looks, TimeSpan Watched, IReadOnlyList<string> Costs);

    public static int Run(DotNetTarget target, Request request, Remarks remarks, CancellationToken cancellation)
    {
        // 1. What is watched: counters, and unless they alone are wanted, allocations and waits.
        using var counters = DotNetCounters.Start(target, request.Every > TimeSpan.FromSeconds(0.5) ? request.Every : TimeSpan.FromSeconds(0.5));
        counters.WaitFor(1, cancellation);
        using var places = request.CountersOnly ? null : HeapPlaceWatch.Start(target);
        using var pool = request.CountersOnly ? null : PoolWatch.Start(target, request.Duration + TimeSpan.FromMinutes(1));

        // 2. Look again and again.
        var looks = new List<GrowthLook>();
        var started = TimeProvider.System.GetTimestamp();
        for (var due = TimeSpan.Zero; due <= request.Duration && looks.Count < MostLooks && target.Process.IsAlive(); due += request.Every)
        {
            var wait = due - TimeProvider.System.GetElapsedTime(started);
            if (wait > TimeSpan.Zero && cancellation.WaitHandle.WaitOne(wait)) break;
            var at = TimeProvider.System.GetElapsedTime(started);
            looks.Add(Look(target, counters, at));
            places?.Look();
            pool?.Look(at, counters.Session);
            remarks.Progress($"watching {target.Name}: {Units.Count(looks[^1].Threads, "thread")}, {Units.Duration(at)} of {Units.Duration(request.Duration)}, Ctrl-C concludes early");
        }
        remarks.ClearProgress();
        var watched = TimeProvider.System.GetElapsedTime(started);

        // 3. Conclude and show.
        var growths = GrowthWatch.Conclude(looks).ToList();
        if (places is not null) growths.AddRange(places.Conclude(Room(target), CancellationToken.None));
        if (pool is not null) growths.Add(pool.Conclude());
        var result = new Result(growths, looks.Count, watched, [.. new[] { places?.Cost, pool?.Cost }.OfType<string>().Where(static cost => cost.Length > 0)]);
        if (request.Format == "json") Output.Bytes(request.Output, stream => WriteJson(stream, target, result));
        else Output.Text(request.Output, writer => WriteText(writer, Style.For(request.Output), target, result, request.All));
        var end = EndOfLook.Of(target.Pid, !target.Process.IsAlive(), watched);
        return end == ExitCode.Success && request.UseExitCode && growths.Any(static one => one is { Subject: "place", Finding.Verdict: Verdict.Fault }) ? ExitCode.LeakFound : end;
    }

    static HeapRoom Room(DotNetTarget target)
    {
        try
        {
            return MemoryRoom.Of(target.Process);
        }
        catch (Exception e) when (e is TargetGoneException or AccessDeniedException)
        {
            return new(Known<double>.Unknown(e.Message.TrimEnd('.')), "");
        }
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

    static string Word(Growth growth) => growth.Finding.Verdict switch
    {
        Verdict.Fault => growth.Subject == "place" ? "leak" : "fault",
        Verdict.Suspect => "suspect",
        _ => "none",
    };

    static void WriteText(TextWriter writer, Style style, DotNetTarget target, Result result, bool all)
    {
        var (faults, suspects) = (result.Growths.Count(static one => one.Finding.Verdict == Verdict.Fault), result.Growths.Count(static one => one.Finding.Verdict == Verdict.Suspect));
        writer.WriteLine($"{Heading.Of(style, target)}: watched for {Units.Duration(result.Watched)} in {Units.Count(result.Looks, "look")}, while it ran");
        writer.WriteLine($"{(faults > 0 ? style.Red : suspects > 0 ? style.Yellow : style.Green)}{style.Bold}{(faults > 0 ? $"{Units.Count(faults, "fault")}, " : "")}{Units.Count(suspects, "suspect")}{style.Reset}");
        foreach (var growth in result.Growths)
        {
            // What could not be judged is always said.
            var isJudged = growth.Finding.Confidence.Value > 0;
            if (growth.Finding.Verdict == Verdict.None && !all && isJudged) continue;
            var finding = growth.Finding;
            var colour = finding.Verdict switch { Verdict.Fault => style.Red, Verdict.Suspect => style.Yellow, _ => style.Dim };
            var word = finding.Verdict == Verdict.None ? "none" : Word(growth).ToUpperInvariant();
            writer.WriteLine($"\n{colour}{style.Bold}{word}{style.Reset} {style.Bold}{Terminal.Safe(finding.Title)}{style.Reset}" + (isJudged ? $", confidence {finding.Confidence}" : ""));
            List("evidence", finding.Evidence.Select(evidence => $"{Terminal.Safe(evidence.Statement)} {style.Dim}[{evidence.Provenance}]{style.Reset}"));
            List("confidence", [finding.Confidence.Computation]);
            List("unknown", finding.Unknowns);
            List("next", finding.NextSteps.Select(step => step.Replace("PID", target.Pid.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)));
        }
        if (result.Costs.Count > 0) writer.WriteLine();
        List("cost", result.Costs);

        void List(string label, IEnumerable<string> lines)
        {
            foreach (var line in lines)
            {
                writer.WriteLine($"    {style.Dim}{label,-11}{style.Reset} {line}");
                label = "";
            }
        }
    }

    static void WriteJson(Stream stream, DotNetTarget target, Result result) => JsonDocumentWriter.Write(stream, JsonSchema.Growth, json =>
    {
        json.WriteTarget(target);
        json.WriteNumber("observations", result.Looks);
        json.WriteNumber("watchedMs", result.Watched.TotalMilliseconds);
        json.WriteTexts("cost", result.Costs);
        json.WriteStartArray("findings");
        foreach (var growth in result.Growths)
        {
            json.WriteStartObject();
            json.WriteString("subject", growth.Subject);
            json.WriteString("verdict", Word(growth));
            json.WriteConclusion(growth.Finding);
            json.WriteStartArray("values");
            foreach (var value in growth.Values)
                json.WriteNumberValue(value);
            json.WriteEndArray();
            json.WriteNumber("growthPerSecond", growth.PerSecond.Slope);
            json.WriteNumber("growthPerSecondLower", growth.PerSecond.Lower);
            json.WriteNumber("growthPerSecondUpper", growth.PerSecond.Upper);
            json.WriteGrounds(growth.Finding);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
