using Vitrine.Go.Probes.Collector;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Probes.Collector;

/// <summary>What is seen from outside against the runtime's own account: MemStats, runtime/metrics, gctrace.</summary>
[Collection(nameof(Alone))]
public sealed class GcWatchTests
{
    /// <summary>What the runtime leaves out of its count in each cycle: gcAssistTimeSlack for each of the two processors.</summary>
    const long AssistSlackNs = 2 * 5_000;

    /// <summary>
    /// GOMAXPROCS waits for the end of a collection: before a forced one it keeps Go 1.19 from calling the one that is under way "(forced)", because it
    /// notes that before it waits.
    /// </summary>
    static readonly string[] Script =
        ["live 24", "heap 3", "memstats 4", "stacks 3", "goroutines 2", "maxprocs 1", "force 3", "assist 250", "trace 2", "maxprocs 1", "force 1"];

    public static TheoryData<string, GoFlavour> Builds
    {
        get
        {
            var builds = new TheoryData<string, GoFlavour>();
            foreach (var version in GoMatrix.VersionsOfThisRun)
            {
                builds.Add(version, GoFlavour.Plain);
                builds.Add(version, GoFlavour.Stripped);
            }
            builds.Add(GoMatrix.VersionsOfThisRun[^1], GoFlavour.Pie);
            return builds;
        }
    }

    [Theory]
    [MemberData(nameof(Builds))]
    public void EachCycleAndStop_ScriptedCollections_AreTheRuntimesOwn(string version, GoFlavour flavour)
    {
        Prerequisite.Probes();
        using var sample = CollectorTarget.Start(GoFixture.Build(version, flavour, "collector"));
        using var target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        using var watch = GcWatch.Open(target, new GcWatchOptions { Budget = 1, SingleAssists = true });
        watch.Start();
        var before = sample.Report();
        foreach (var command in Script)
        {
            // On a busy machine the background workers may earn all the credit; then nobody has to assist this time.
            for (var tries = 0; tries < (command.StartsWith("assist", StringComparison.Ordinal) ? 10 : 1) && (tries == 0 || !AllocatorSeen(watch)); tries++)
            {
                sample.Do(command);
                watch.Poll();
            }
        }
        var after = sample.Report();
        watch.Stop();
        var report = watch.Report();

        Assert.Empty(report.Absent);
        Assert.Empty(report.Lost.ByReason);
        Cycles(watch, before, after);
        Trace(watch, sample, before, after);
        Stops(watch, before, after, version);
        Assists(watch, before, after);
    }

    /// <summary>Before Go 1.25 the runtime forgets to print it.</summary>
    public static TheoryData<string> VersionsThatTellOfSweeping => new(GoMatrix.VersionsOfThisRun.Where(version => Minor(version) >= 25));

    [Theory, MemberData(nameof(VersionsThatTellOfSweeping))]
    public void Sweep_EachCycle_IsThePacersCountOfPages(string version)
    {
        Prerequisite.Probes();
        using var sample = CollectorTarget.Start(GoFixture.Build(version, GoFlavour.Stripped, "collector"), debug: ",gcpacertrace=1");
        using var target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        using var watch = GcWatch.Open(target, new GcWatchOptions { Budget = 1, Assists = false });
        sample.Do("live 8");
        // runtime.GC() returns when all is swept.
        sample.Do("force 1");
        var before = (int)sample.Report().NumGC;
        watch.Start();
        sample.Do("heap 3");
        sample.Do("maxprocs 1");
        sample.Do("force 3");
        var after = (int)sample.Report().NumGC;
        Assert.True(SpinWait.SpinUntil(() => sample.SweptPages.Count >= after, TimeSpan.FromSeconds(10)), "the sample did not print what it swept");
        watch.Stop();

        Assert.Equal(after - before, watch.Cycles.Count);
        var swept = watch.Cycles.Where(cycle => cycle.SweptBytes.IsKnown).ToList();
        Assert.True(swept.Count >= 2, "the end of sweeping was not seen");
        Assert.All(swept, cycle => Assert.Equal(sample.SweptPages[(int)cycle.Number.Value - 1] * 8192, (long)cycle.SweptBytes.Value));
        Assert.All(watch.Cycles, cycle => Assert.False(cycle.MeasuredAssistNs.IsKnown));
        Assert.Empty(watch.Assists());
    }

    /// <summary>The collector's own checks, and modes in which it does its work with the world stopped.</summary>
    [Theory]
    [InlineData("gccheckmark=1")]
    [InlineData("gcstoptheworld=1")]
    [InlineData("gcstoptheworld=2,clobberfree=1")]
    [InlineData("gcshrinkstackoff=1,invalidptr=1,asyncpreemptoff=1")]
    public void Modes_OfTheCollector_AreSeenAndSurvive(string debug)
    {
        Prerequisite.Probes();
        using var sample = CollectorTarget.Start(GoFixture.Build(GoMatrix.VersionsOfThisRun[^1], GoFlavour.Stripped, "collector"), debug: "," + debug);
        using var target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        using var watch = GcWatch.Open(target, new GcWatchOptions { Budget = 1 });
        watch.Start();
        var before = sample.Report();
        // The last one waits for the end of a collection that is under way: it belongs to neither account else.
        foreach (var command in (string[])["live 8", "heap 2", "force 2", "assist 100", "stacks 2", "maxprocs 1"])
            sample.Do(command);
        var after = sample.Report();
        watch.Stop();

        Assert.Equal(Enumerable.Range((int)before.NumGC + 1, (int)(after.NumGC - before.NumGC)), watch.Cycles.Select(cycle => (int)cycle.Number.Value));
        Assert.Equal(after.Pauses.TakeLast(watch.Cycles.Count), watch.Cycles.Select(cycle => cycle.PauseNs.Value));
        Assert.Empty(watch.Report().Lost.ByReason);
    }

    static void Cycles(GcWatch watch, CollectorAccount before, CollectorAccount after)
    {
        Assert.Equal(Enumerable.Range((int)before.NumGC + 1, (int)(after.NumGC - before.NumGC)), watch.Cycles.Select(cycle => (int)cycle.Number.Value));
        Assert.All(watch.Cycles, cycle => Assert.Null(cycle.Partial));
        var forced = after.Metrics["/gc/cycles/forced:gc-cycles"] - before.Metrics["/gc/cycles/forced:gc-cycles"];
        Assert.Equal(4, forced);
        Assert.Equal(forced, watch.Totals.Of(GcTrigger.RuntimeGC));
        Assert.Equal(after.Metrics["/gc/cycles/automatic:gc-cycles"] - before.Metrics["/gc/cycles/automatic:gc-cycles"], watch.Totals.Of(GcTrigger.Heap));
        Assert.Equal(after.Pauses.TakeLast(watch.Cycles.Count), watch.Cycles.Select(cycle => cycle.PauseNs.Value));
        Assert.Equal(after.Pauses.TakeLast(watch.Cycles.Count), watch.Cycles.Select(cycle => cycle.SweepTerminationPauseNs.Value + cycle.MarkTerminationPauseNs.Value));
    }

    static void Trace(GcWatch watch, CollectorTarget sample, CollectorAccount before, CollectorAccount after)
    {
        var lines = sample.Trace(after.NumGC).Select(GcTraceLine.Parse).Where(line => line.Number > before.NumGC).ToList();
        Assert.Equal(watch.Cycles.Count, lines.Count);
        foreach (var (cycle, line) in watch.Cycles.Zip(lines))
        {
            Assert.Equal(line.Number, cycle.Number.Value);
            Assert.Equal(line.Forced, cycle.Trigger == GcTrigger.RuntimeGC);
            Assert.Equal((line.Before, line.AtEnd, line.After, line.Goal), (Mega(cycle.HeapBeforeBytes.Value), Mega(cycle.HeapAtMarkEndBytes.Value), Mega(cycle.HeapAfterBytes.Value), Mega(cycle.GoalBytes.Value)));
            Assert.Equal(line.Processors, cycle.Processors.Value);
            Assert.Equal(line.SharePercent, (int)(cycle.CpuShareSinceStart.Value * 100));
            AsPrinted(line.MarkMs, cycle.ConcurrentMarkNs.Value);
            AsPrinted(line.AssistMs, cycle.RuntimeAssistNs.Value);
            AsPrinted(line.BackgroundMs, cycle.BackgroundMarkNs.Value);
            AsPrinted(line.IdleMs, cycle.IdleMarkNs.Value);
        }
        static long Mega(ulong bytes) => (long)(bytes >> 20);
        // Two significant digits, cut off, are what gctrace prints below 10 ms.
        static void AsPrinted(double printed, long nanoseconds) => Assert.InRange(nanoseconds / 1e6, printed * 0.999, printed * 1.12 + 0.001);
    }

    static void Stops(GcWatch watch, CollectorAccount before, CollectorAccount after, string version)
    {
        var others = watch.Stops.Where(stop => stop.Cause == StopCause.Other).GroupBy(stop => stop.Reason).ToDictionary(group => group.Key, group => group.Count());
        Assert.Equal(4, others["read mem stats"]);
        Assert.Equal(3, others["all goroutines stack trace"]);
        // Up to Go 1.22 the profile stops the world once more to learn how many goroutines there are.
        Assert.Equal(Minor(version) <= 22 ? 4 : 2, others["goroutine profile"]);
        Assert.Equal(2, others["goroutine profile cleanup"]);
        Assert.Equal(4, others["GOMAXPROCS"]);
        Assert.Equal(2, others["start trace"]);
        Assert.All(watch.Stops.Where(stop => stop.Reason == "read mem stats"), stop => Assert.Contains(stop.Frames, frame => frame.Function == "main.readMemStats"));
        Assert.All(watch.Stops, stop => Assert.True(stop.EndedNs >= stop.StartedNs));
        Assert.All(watch.Stops.Where(stop => stop.Cause != StopCause.Other), stop => Assert.True(stop.CountedByRuntime));

        Assert.All(watch.Totals.Stops, pair => Assert.Equal(
            (watch.Stops.Count(stop => stop.Reason == pair.Key), watch.Stops.Where(stop => stop.Reason == pair.Key).Sum(stop => stop.DurationNs), watch.Stops.Where(stop => stop.Reason == pair.Key).Max(stop => stop.DurationNs)),
            ((int)pair.Value.Count, pair.Value.TotalNs, pair.Value.MaxNs)));

        var gc = watch.Stops.Where(stop => stop.Cause != StopCause.Other).Select(stop => stop.DurationNs / 1e9).ToList();
        SameHistogram("/gc/pauses:seconds", gc);
        if (after.Histograms.ContainsKey("/sched/pauses/total/other:seconds"))
        {
            SameHistogram("/sched/pauses/total/gc:seconds", gc);
            SameHistogram("/sched/pauses/total/other:seconds", [.. watch.Stops.Where(stop => stop.Cause == StopCause.Other).Select(stop => stop.DurationNs / 1e9)]);
        }
        void SameHistogram(string name, List<double> seconds) =>
            Assert.Equal(after.Histograms[name].Since(before.Histograms[name]), after.Histograms[name].Sort(seconds));
    }

    static void Assists(GcWatch watch, CollectorAccount before, CollectorAccount after)
    {
        var measured = watch.Cycles.Sum(cycle => cycle.MeasuredAssistNs.Value);
        var told = watch.Cycles.Sum(cycle => cycle.AssistNs.Value);
        Assert.True(told > 1_000_000, "the sample did not assist");
        Assert.InRange(measured, told, told + AssistSlackNs * watch.Cycles.Count);
        const string metric = "/cpu/classes/gc/mark/assist:cpu-seconds";
        if (after.Metrics.TryGetValue(metric, out var seconds))
            Assert.InRange(told / 1e9, (seconds - before.Metrics[metric]) * 0.999, (seconds - before.Metrics[metric]) * 1.001);

        var byStack = watch.Assists();
        Assert.Equal(measured, byStack.Sum(one => one.MarkNs));
        Assert.Equal(watch.Intervals.Where(one => one.Kind == GcIntervalKind.Assist).Sum(one => one.EndedNs - one.StartedNs), measured);
        Assert.True(AllocatorSeen(watch), "no assist of the function that allocates was seen");
        Assert.All(byStack, one => Assert.DoesNotContain("Assist", one.Frames[0].Function, StringComparison.Ordinal));
    }

    static bool AllocatorSeen(GcWatch watch) => watch.Assists().Any(one => one.Frames.Any(frame => frame.Function == "main.allocateGreedily"));

    static int Minor(string version) => int.Parse(version.Split('.')[1], System.Globalization.CultureInfo.InvariantCulture);
}
