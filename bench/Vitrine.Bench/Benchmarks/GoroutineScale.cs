using Vitrine.Bench.Measuring;
using Vitrine.Bench.Reporting;
using Vitrine.TestTargets;

namespace Vitrine.Bench.Benchmarks;

/// <summary>How time and memory of a dump grow from 1,000 to 1,000,000 goroutines.</summary>
static class GoroutineScale
{
    const string Version = "1.26";
    const long MemoryGoalBytes = 1_500_000_000;
    static readonly TimeSpan TimeGoal = TimeSpan.FromSeconds(2);
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static Section Run(BenchOptions options)
    {
        int[] sizes = options.Quick ? [1_000, 10_000] : [1_000, 10_000, 100_000, 1_000_000];
        var table = new Table("goroutines", "time", "per goroutine above the start", "peak memory");
        using var target = TruthTarget.Start(GoFixture.Build(Version, GoFlavour.Stripped));
        var start = Measure(options, target);
        table.Add("none (start-up, binary, globals)", Show.Time(start.Elapsed), "–", Show.Megabytes(start.PeakBytes));

        var parked = 0;
        var last = start;
        var perGoroutine = new List<double>();
        foreach (var size in sizes)
        {
            target.Ask($"goroutines {size - parked}", Limit);
            parked = size;
            last = Measure(options, target);
            perGoroutine.Add((last.Elapsed - start.Elapsed).TotalNanoseconds / size);
            table.Add(Show.Count(size), Show.Time(last.Elapsed), size < 10_000 ? "below the noise" : FormattableString.Invariant($"{perGoroutine[^1]:0} ns"), Show.Megabytes(last.PeakBytes));
            Console.Error.WriteLine($"{size}: {Show.Time(last.Elapsed)}");
        }

        // At 1,000 goroutines a millisecond of noise is a microsecond each: linearity is judged where the work is.
        var growth = perGoroutine[^1] / perGoroutine[^2];
        var goals = new Table("goal", "measured", "result");
        goals.Add("1,000,000 goroutines under 2 s", Show.Time(last.Elapsed), Show.Goal(last.Elapsed < TimeGoal));
        goals.Add("under 1.5 GB", Show.Megabytes(last.PeakBytes), Show.Goal(last.PeakBytes < MemoryGoalBytes));
        goals.Add("cost linear: per goroutine at most 1.5 times that of a tenth", Show.Times(growth), Show.Goal(growth <= 1.5));
        return new Section("goroutine-scale", $"""
            {Machine.Describe()}. `vitrine dump PID` on a stripped Go {Version} program; medians of {Rounds(options)} runs of the whole process.

            {table}
            {goals}
            """);
    }

    static int Rounds(BenchOptions options) => options.Quick ? 1 : 5;

    static Cost Measure(BenchOptions options, TruthTarget target)
    {
        var costs = new List<Cost>();
        // The first one warms the page cache.
        for (var round = 0; round <= Rounds(options); round++)
            costs.Add(ProcessRun.Measure(options.Program, ["dump", $"{target.Pid}"], Limit));
        costs.RemoveAt(0);
        return new Cost(Median.Of(costs.Select(cost => cost.Elapsed)), Median.Of(costs.Select(cost => cost.PeakBytes)));
    }
}
