using System.Diagnostics;
using Vitrine.Bench.Measuring;
using Vitrine.Bench.Reporting;
using Vitrine.TestTargets;

namespace Vitrine.Bench.Benchmarks;

/// <summary>
/// A dump of 100,000 parked goroutines: Vitrine from outside, Delve attached, and the process's own <c>debug=2</c>; the time
/// it takes and the longest time that the target stood still, by its own heartbeat.
/// </summary>
/// <remarks>
/// The ways take turns, so that a busy moment of the machine does not hit one of them only. Vitrine and <c>debug=2</c> look at
/// the same stripped process; Delve looks at its twin with debug information, because without that it cannot list goroutines.
/// </remarks>
static class GoroutineDump
{
    const string Version = "1.26";
    const double DelveGoal = 300, DebugGoal = 6;
    const long PeakGoalBytes = 250_000_000;
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    public static Section Run(BenchOptions options)
    {
        var goroutines = options.Quick ? 10_000 : 100_000;
        var rounds = options.Quick ? 1 : 7;
        using var stripped = Start(GoFlavour.Stripped, goroutines);
        using var plain = options.Reference is null ? null : Start(GoFlavour.Plain, goroutines);

        var grouped = new Samples("vitrine dump PID (grouped)");
        var complete = new Samples("vitrine dump PID --format go");
        var debug2 = new Samples("debug=2 inside the process");
        var delve = new Samples("Delve: attach, goroutines -t, detach");
        var elsewhere = new Samples("vitrine dumps another process");
        var quiet = new Samples("nobody looks");

        // The first look at a binary fills the page cache, and the first debug=2 grows the target's heap: not measured.
        Vitrine(options, stripped);
        Debug2(stripped);
        for (var round = 0; round < rounds; round++)
        {
            Console.Error.WriteLine($"round {round + 1} of {rounds}");
            grouped.Take(stripped, () => Vitrine(options, stripped));
            quiet.Take(stripped, () => Rest(TimeSpan.FromMilliseconds(500)));
            complete.Take(stripped, () => Vitrine(options, stripped, "--format", "go"));
            debug2.Take(stripped, () => Debug2(stripped));
            // Delve takes most of a minute: three rounds of it are enough for a median.
            if (plain is not null && round < 3) delve.Take(plain, () => Delve(options, plain));
            // What a dump costs this target merely by keeping the processors busy: the same work, done on its twin.
            if (plain is not null) elsewhere.Take(stripped, () => Vitrine(options, plain));
        }
        return Report(options, goroutines, rounds, grouped, complete, debug2, delve, elsewhere, quiet);
    }

    static TruthTarget Start(GoFlavour flavour, int goroutines)
    {
        var target = TruthTarget.Start(GoFixture.Build(Version, flavour));
        target.Ask("heartbeat start");
        target.Ask($"goroutines {goroutines}", Limit);
        return target;
    }

    static Cost Vitrine(BenchOptions options, TruthTarget target, params string[] more) =>
        ProcessRun.Measure(options.Program, ["dump", $"{target.Pid}", .. more], Limit);

    static Cost Debug2(TruthTarget target)
    {
        var clock = Stopwatch.StartNew();
        target.Ask("profile goroutine /dev/null 2", Limit);
        return new Cost(clock.Elapsed, 0);
    }

    static Cost Delve(BenchOptions options, TruthTarget target)
    {
        // It asks on exit whether to kill the process: no.
        var script = Path.GetTempFileName();
        File.WriteAllText(script, "goroutines -t\nexit\n");
        try
        {
            return ProcessRun.Measure(options.Reference!, ["attach", $"{target.Pid}", "--allow-non-terminal-interactive=true", "--init", script], Limit, input: "n\n");
        }
        finally
        {
            File.Delete(script);
        }
    }

    static Cost Rest(TimeSpan time)
    {
        Thread.Sleep(time);
        return new Cost(time, 0);
    }

    static Section Report(BenchOptions options, int goroutines, int rounds, Samples grouped, Samples complete, Samples debug2, Samples delve, Samples elsewhere, Samples quiet)
    {
        var table = new Table("way", "time", "against Vitrine", "longest stall of the target", "peak memory of the tool");
        foreach (var samples in (Samples[])[grouped, complete, debug2, delve, elsewhere, quiet])
        {
            if (samples.Count == 0) continue;
            table.Add(samples.Name,
                samples == quiet ? "–" : Show.Time(samples.Time),
                samples == quiet || samples == elsewhere ? "–" : Show.Times(samples.Time / grouped.Time),
                Show.Time(samples.Stall),
                samples.Peak > 0 ? Show.Megabytes(samples.Peak) : "–");
        }

        var goals = new Table("goal", "measured", "result");
        goals.Add($"at least {DebugGoal} times faster than debug=2", Show.Times(debug2.Time / grouped.Time), Show.Goal(debug2.Time / grouped.Time >= DebugGoal));
        if (delve.Count > 0)
            goals.Add($"at least {DelveGoal} times faster than Delve", Show.Times(delve.Time / grouped.Time), Show.Goal(delve.Time / grouped.Time >= DelveGoal));
        // One heartbeat of tolerance: the longest gap of a window is the noisiest figure there is.
        goals.Add("stall no longer than without a dump", $"{Show.Time(grouped.Stall)} against {Show.Time(quiet.Stall)}",
            Show.Goal(grouped.Stall <= quiet.Stall + TimeSpan.FromMicroseconds(200)));
        if (elsewhere.Count > 0)
            goals.Add("stall no longer than while another process is dumped", $"{Show.Time(grouped.Stall)} against {Show.Time(elsewhere.Stall)}",
                Show.Goal(grouped.Stall <= elsewhere.Stall + TimeSpan.FromMicroseconds(200)));
        goals.Add("peak memory under 250 MB", Show.Megabytes(grouped.Peak), Show.Goal(grouped.Peak < PeakGoalBytes));

        return new Section("goroutine-dump", $"""
            {Machine.Describe()}. {Show.Count(goroutines)} goroutines, Go {Version}; medians of {rounds} interleaved rounds
            (Delve: {delve.Count}); the stall is the median over the rounds of the longest gap in the target's own 200 µs heartbeat.

            {table}
            {goals}
            """);
    }

    sealed class Samples(string name)
    {
        readonly List<Cost> costs = [];
        readonly List<TimeSpan> stalls = [];

        public string Name => name;

        public int Count => costs.Count;

        public TimeSpan Time => Median.Of(costs.Select(cost => cost.Elapsed));

        public TimeSpan Stall => Median.Of(stalls);

        public long Peak => Median.Of(costs.Select(cost => cost.PeakBytes));

        public void Take(TruthTarget target, Func<Cost> run)
        {
            var (cost, beat) = Heartbeat.During(target, run);
            costs.Add(cost);
            stalls.Add(beat.Longest);
        }
    }
}
