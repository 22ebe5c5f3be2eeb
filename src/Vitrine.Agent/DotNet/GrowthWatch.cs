using System.Globalization;
using Vitrine.Agent.Show;
using Vitrine.Insight.Findings;
using Vitrine.Insight.Statistics;
using Vitrine.Instruments;

namespace Vitrine.Agent.DotNet;

/// <summary>One look at what may grow in a .NET process.</summary>
/// <param name="At">Since the watch began.</param>
/// <param name="HeapBytes">Bytes in the heap's old generation and its large and pinned objects after the last collection.</param>
/// <param name="FullCollections">Full collections since the watch began.</param>
/// <param name="Threads">Threads.</param>
sealed record GrowthLook(TimeSpan At, Known<double> HeapBytes, Known<double> FullCollections, int Threads);

/// <summary>What grew and how, with the finding.</summary>
/// <param name="Subject">heap, threads, place (one that allocates), or pool.</param>
/// <param name="Values">The series that was judged.</param>
/// <param name="PerSecond">Its growth for each second, with the 95 % interval.</param>
/// <param name="Finding">The conclusion.</param>
sealed record Growth(string Subject, IReadOnlyList<double> Values, TheilSen PerSecond, Finding Finding);

/// <summary>
/// What can soundly be said from outside of memory and threads that stay. Of the heap only what a full collection has left over counts: between two of them the old generation grows by what is garbage
/// already. A rise over several of them is a suspicion and never more: a cache that fills looks the same from outside.
/// </summary>
static class GrowthWatch
{
    /// <summary>Values that a trend is judged by at least.</summary>
    const int Fewest = 4;

    const double Significant = 0.05;

    public static IReadOnlyList<Growth> Conclude(IReadOnlyList<GrowthLook> looks) => [Heap(looks), Threads(looks)];

    static Growth Heap(IReadOnlyList<GrowthLook> looks)
    {
        var route = Provenance.Read("counters gen-2-size, loh-size, poh-size and gen-2-gc-count of System.Runtime, over the diagnostics port");
        // The first look after each full collection.
        var floors = new List<GrowthLook>();
        double seen = 0;
        foreach (var look in looks)
        {
            if (!look.HeapBytes.IsKnown || !look.FullCollections.TryGet(out var count) || count <= seen) continue;
            floors.Add(look);
            seen = count;
        }
        if (floors.Count < Fewest)
        {
            var why = looks.Count > 0 && !looks[^1].HeapBytes.IsKnown
                ? $"the heap is unknown: {looks[^1].HeapBytes.Reason}"
                : $"{Units.Count(floors.Count, "full collection")} in the watch, and {Fewest} are needed: between two of them nobody knows which old objects are garbage";
            return new("heap", [.. floors.Select(static one => one.HeapBytes.Value)], default, new Finding(
                "heap: cannot be judged", Verdict.None, new Confidence(0, "nothing to compute it from"), [new Evidence($"Not judged: {why}.", route)],
                ["which objects stay, and who holds them"], ["watch for longer: -d 10m"]));
        }
        return Judge("heap", "bytes that survive full collections", floors.Select(static one => one.At), [.. floors.Select(static one => one.HeapBytes.Value)],
            $"{Units.Count(floors.Count)} full collections", route, static value => Units.Bytes(value),
            ["whether a cache fills that has a limit", "which objects stay, and who holds them"], ["vitrine record PID heap -o heap.pb.gz   says which allocations are still in use", "watch for longer: -d 10m"]);
    }

    static Growth Threads(IReadOnlyList<GrowthLook> looks) => Judge("threads", "threads", looks.Select(static one => one.At), [.. looks.Select(static one => (double)one.Threads)],
        $"{Units.Count(looks.Count)} looks", Provenance.Read("/proc/PID/task"), static value => Units.Count((long)value),
        ["whether the threads end later"], ["vitrine dump PID   shows where they wait, biggest group first"]);

    static Growth Judge(
        string subject, string what, IEnumerable<TimeSpan> times, double[] values, string over, Provenance route, Func<double, string> show, IReadOnlyList<string> unknowns, IReadOnlyList<string> next)
    {
        double[] seconds = [.. times.Select(static time => time.TotalSeconds)];
        var p = values.Length >= Fewest ? MannKendall.UpwardP(values) : 1;
        var slope = values.Length >= 2 ? TheilSen.Fit(seconds, values) : default;
        var rises = p < Significant && slope.Lower > 0;
        var evidence = new Evidence($"{char.ToUpperInvariant(what[0])}{what[1..]} went from {show(values.Length > 0 ? values[0] : 0)} to {show(values.Length > 0 ? values[^1] : 0)} over {over}.", route);
        var trend = new Evidence(string.Create(CultureInfo.InvariantCulture, $"An upward trend by chance has a probability of {p:0.######} (Mann-Kendall); the slope is {slope.Slope:0.###} a second, {slope.Lower:0.###} to {slope.Upper:0.###} with 95 % confidence (Theil-Sen)."),
            Provenance.Computed("from the looks"));
        return new(subject, values, slope, new Finding(
            rises ? $"{subject}: {what} grow" : $"{subject}: no sign of growth", rises ? Verdict.Suspect : Verdict.None,
            new Confidence(Math.Clamp(1 - p, 0, 1), string.Create(CultureInfo.InvariantCulture, $"1 − {p:0.######} (Mann-Kendall)")), [evidence, trend], unknowns, rises ? next : []));
    }
}
