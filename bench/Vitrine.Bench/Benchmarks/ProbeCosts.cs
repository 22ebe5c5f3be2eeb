using Vitrine.Bench.Measuring;
using Vitrine.Bench.Probes;
using Vitrine.Bench.Reporting;
using Vitrine.TestTargets;

namespace Vitrine.Bench.Benchmarks;

/// <summary>What watching costs a server, beside bpftrace and Go's own profile; what a hit costs; and how many events a second the kernel adds up.</summary>
static class ProbeCosts
{
    const string Version = "1.26";
    const int AggregationRate = 1_000_000;

    /// <param name="options">Its reference is the compiled aggregate.bpf.c.</param>
    public static Section Run(BenchOptions options)
    {
        var program = File.ReadAllBytes(options.Reference ?? throw new InvalidOperationException("bench/run passes the compiled aggregate.bpf.c"));
        var rounds = options.Quick ? 1 : options.Rounds ?? 3;
        var remarks = new List<string>();
        var server = Server(options, rounds, remarks, out var goals);
        var hits = Hits(program, options.Quick ? 1 : 2 * rounds + 1, goals);
        return new Section("probes", $"""
            {Machine.Describe()}. Go {Version}; medians of {rounds} interleaved rounds. Differences are against "nobody looks" of the same round.

            {server}
            {string.Join("\n\n", remarks)}

            {hits}
            {goals}
            """);
    }

    static Table Server(BenchOptions options, int rounds, List<string> remarks, out Table goals)
    {
        TimeSpan steady = TimeSpan.FromSeconds(options.Quick ? 1 : 4), full = TimeSpan.FromSeconds(options.Quick ? 1 : 3);
        var fixture = GoFixture.Build(Version, GoFlavour.Plain, "yardstick");
        var folder = Directory.CreateTempSubdirectory("vitrine-bench-").FullName;
        using var server = new LoadedServer(fixture);
        var ways = Way.All(options.Program, server.Pid, fixture.Path, folder);
        var runs = ways.ToDictionary(way => way, _ => new List<Run>());
        var missing = new Dictionary<Way, string>();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var way in ways.Where(way => !missing.ContainsKey(way)))
            {
                var (run, why) = server.Measure(way, steady, full);
                if (run is null) missing[way] = why!;
                else runs[way].Add(run);
                Console.Error.WriteLine($"round {round + 1}, {way.Name}: {(run is null ? why : $"{run.CpuPerRequest.TotalMicroseconds:0.0} µs a request, {run.Full.PerSecond:0} a second, p50 {run.Steady.P50.TotalMicroseconds:0} µs, tool {run.ObserverShare * 100:0.0} %")}");
            }
        }
        Directory.Delete(folder, recursive: true);

        var table = new Table("way", "answered of 10,000/s", "added to p50", "added to p99", "server CPU a request", "most requests a second", "CPU of the tool", "memory of the tool");
        var nobody = runs[ways[0]];
        foreach (var way in ways)
        {
            if (missing.TryGetValue(way, out var why))
            {
                table.Add(way.Name, "not measured", "–", "–", "–", "–", "–", "–");
                remarks.Add($"*{way.Name}* was not measured: {why}.");
                continue;
            }
            var mine = runs[way];
            double Added(Func<Run, double> of) => Middle(mine.Zip(nobody, (one, bare) => of(one) - of(bare)));
            var isNobody = way == ways[0];
            var toolless = way.Commands.Count == 0;
            table.Add(
                way.Name, Invariant($"{Middle(mine.Select(run => run.Steady.PerSecond)):0}"),
                isNobody ? Invariant($"({Middle(mine.Select(run => run.Steady.P50.TotalMicroseconds)):0} µs)") : Invariant($"{Added(run => run.Steady.P50.TotalMicroseconds):+0.0;-0.0;0} µs"),
                isNobody ? Invariant($"({Middle(mine.Select(run => run.Steady.P99.TotalMicroseconds)):0} µs)") : Invariant($"{Added(run => run.Steady.P99.TotalMicroseconds):+0;-0;0} µs"),
                isNobody ? Invariant($"({Middle(mine.Select(run => run.CpuPerRequest.TotalMicroseconds)):0.0} µs)") : Invariant($"{Added(run => run.CpuPerRequest.TotalMicroseconds):+0.00;-0.00;0} µs"),
                isNobody ? Invariant($"({Middle(mine.Select(run => run.Full.PerSecond)):0})") : Invariant($"{Ratio(mine, nobody) * 100 - 100:+0.0;-0.0;0} %"),
                toolless ? "–" : Invariant($"{Middle(mine.Select(run => run.ObserverShare)) * 100:0.0} %"),
                toolless ? "–" : Show.Megabytes(Median.Of(mine.Select(run => run.ObserverPeakBytes))));
        }

        goals = new Table("goal", "measured", "result");
        var all = ways.First(way => way.Name.StartsWith("default set", StringComparison.Ordinal));
        if (missing.ContainsKey(all)) goals.Add("default set: under 1 % of the throughput", "not measured", "–");
        else
        {
            var loss = 1 - Ratio(runs[all], nobody);
            goals.Add("default set: under 1 % of the throughput", Invariant($"{loss * 100:0.0} %"), Show.Goal(loss < 0.01));
            var share = Middle(runs[all].Select(run => run.ObserverShare));
            goals.Add("default set: under 3 % of one core for the tools", Invariant($"{share * 100:0.0} %"), Show.Goal(share < 0.03));
        }
        return table;
    }

    static Table Hits(byte[] program, int rounds, Table goals)
    {
        using var cost = new HitCost(GoFixture.Build(Version, GoFlavour.Plain, "yardstick"), program);
        List<double> bare = [], ours = [], theirs = [];
        for (var round = 0; round < rounds; round++)
        {
            bare.Add(cost.Bare());
            ours.Add(cost.Ours());
            theirs.Add(cost.Theirs());
        }
        double our = Middle(ours.Zip(bare, (one, other) => one - other)), their = Middle(theirs.Zip(bare, (one, other) => one - other));
        var sum = cost.Aggregate(AggregationRate, TimeSpan.FromSeconds(rounds == 1 ? 1 : 10));

        var table = new Table("calls of main.tick, counted in the kernel", "figure");
        table.Add("a call without a probe", Invariant($"{Middle(bare):0.0} ns"));
        table.Add($"a hit, Vitrine: on {cost.Point.Instruction} ({cost.Point.Mechanism.ToString().ToLowerInvariant()})", Invariant($"{our:0} ns"));
        table.Add("a hit, bpftrace: on the first instruction", Invariant($"{their:0} ns"));
        table.Add("calls added up by argument in 1,000 rows for 1,024 arguments", Show.Count(sum.Counted));
        table.Add("… lost for want of a row", Show.Count(sum.Lost));
        table.Add("… made, as the program counted", Show.Count(sum.Made));
        goals.Add("a hit costs no more than 0.15 times that of bpftrace", Invariant($"{our / their:0.00}×"), Show.Goal(our <= 0.15 * their));
        goals.Add("1,000,000 events a second added up", Invariant($"{sum.PerSecond:0} a second"), Show.Goal(sum.PerSecond >= 0.99 * AggregationRate));
        goals.Add("what was counted and what was lost is what was called", $"{Show.Count(sum.Counted + sum.Lost)} of {Show.Count(sum.Made)}", Show.Goal(sum.IsExact));
        return table;
    }

    /// <summary>Throughput of a way as a share of that of nobody looking, the median over the rounds.</summary>
    static double Ratio(List<Run> mine, List<Run> nobody) => Middle(mine.Zip(nobody, (one, bare) => one.Full.PerSecond / bare.Full.PerSecond));

    static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    static string Invariant(FormattableString text) => text.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
