using System.Diagnostics;
using Vitrine.Bench.Measuring;
using Vitrine.Bench.Reporting;
using Vitrine.TestTargets;

namespace Vitrine.Bench.Benchmarks;

/// <summary>How long the published program takes to answer the two smallest questions, and how big it is.</summary>
static class Startup
{
    const int Processes = 200;
    static readonly TimeSpan VersionGoal = TimeSpan.FromMilliseconds(60), ListGoal = TimeSpan.FromMilliseconds(150);
    static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static Section Run(BenchOptions options)
    {
        var rounds = options.Quick ? 2 : 25;
        var sleepers = new List<Process>();
        try
        {
            // Bounded: they end by themselves should this program be killed.
            for (var i = 0; i < Processes; i++) sleepers.Add(Process.Start("sleep", "600"));
            // Some Go processes among them, so that there is something to list.
            using var first = TruthTarget.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped));
            using var second = TruthTarget.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Plain));
            return Measure(options, rounds);
        }
        finally
        {
            foreach (var sleeper in sleepers)
            {
                if (!sleeper.HasExited) sleeper.Kill();
                sleeper.WaitForExit();
                sleeper.Dispose();
            }
        }
    }

    static Section Measure(BenchOptions options, int rounds)
    {
        List<Cost> nothing = [], version = [], list = [];
        for (var round = 0; round <= rounds; round++)
        {
            nothing.Add(ProcessRun.Measure("/bin/true", [], Limit));
            version.Add(ProcessRun.Measure(options.Program, ["--version"], Limit));
            list.Add(ProcessRun.Measure(options.Program, ["ps"], Limit));
        }

        var table = new Table("command", "time", "peak memory", "goal", "result");
        // The first round warms the page cache.
        void Add(string name, List<Cost> costs, TimeSpan? goal)
        {
            var time = Median.Of(costs.Skip(1).Select(cost => cost.Elapsed));
            table.Add(name, Show.Time(time), Show.Megabytes(Median.Of(costs.Skip(1).Select(cost => cost.PeakBytes))),
                goal is { } limit ? $"under {Show.Time(limit)}" : "–", goal is { } bound ? Show.Goal(time < bound) : "–");
        }
        Add("vitrine --version", version, VersionGoal);
        Add("vitrine ps", list, ListGoal);
        Add("/bin/true, started the same way", nothing, null);
        var running = Directory.EnumerateDirectories("/proc").Count(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]));
        return new Section("startup", $"""
            {Machine.Describe()}. {running} processes on the host, two of them Go; medians of {rounds} interleaved runs of the whole process,
            with the start of `/usr/bin/time` and a shell in it. The published file has {Show.Megabytes(new FileInfo(options.Program).Length)}.

            {table}
            """);
    }
}
