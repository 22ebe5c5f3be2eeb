using System.Globalization;
using Vitrine.Go.Probes.Collector;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Probes.Collector;

/// <summary>What is seen when nobody asked for a collection, when the probes come in the middle of one, and when the budget is short.</summary>
[Collection(nameof(Alone))]
public sealed class GcTriggerTests
{
    [Fact]
    public void Sysmon_NoCollectionForLong_IsToldAsTime()
    {
        Prerequisite.Probes();
        var fixture = GoFixture.Build(GoToolchain.Newest, GoFlavour.Plain, "collector");
        using var sample = CollectorTarget.Start(fixture);
        using var target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        using var watch = GcWatch.Open(target, new GcWatchOptions { Budget = 1 });
        watch.Start();
        sample.Do("force 1");
        ShortenForcedPeriod(fixture, sample.Pid);
        sample.Do("idle 2");
        watch.Stop();

        Assert.True(watch.Totals.Of(GcTrigger.Time) >= 2);
        Assert.Equal(1, watch.Totals.Of(GcTrigger.RuntimeGC));
        Assert.Equal(0, watch.Totals.Of(GcTrigger.Unknown));
    }

    [Fact]
    public async Task Budget_TooSmall_SeesAPartAndSaysSo()
    {
        Prerequisite.Probes();
        using var sample = CollectorTarget.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "collector"));
        using var target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        using var watch = GcWatch.Open(target, new GcWatchOptions { Budget = 0.00001 });
        using var stop = new CancellationTokenSource();
        var run = watch.Run(TimeSpan.Zero, null, stop.Token);
        sample.Do("live 16");
        sample.Do("assist 1500");
        await stop.CancelAsync();
        await run;

        var report = watch.Report();
        Assert.False(report.Coverage.IsWhole);
        // No stop is made of the beginning of one and the end of another.
        Assert.All(watch.Stops, one => Assert.InRange(one.DurationNs, 0, 1_000_000_000));
        Assert.All(watch.Cycles, one => Assert.True(one.EndedNs - one.StartedNs < 2_000_000_000));
    }

    [Fact]
    public async Task Attach_AgainAndAgainWhileItCollects_IsSeenPartlyOrWholeNeverWrong()
    {
        Prerequisite.Probes();
        using var sample = CollectorTarget.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "collector"));
        using var target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        sample.Do("live 24");
        var enough = false;
        var busy = Task.Run(() =>
        {
            while (!Volatile.Read(ref enough)) sample.Do("assist 200");
        }, TestContext.Current.CancellationToken);
        var cycles = new List<GcCycle>();
        for (var times = 0; times < 6; times++)
        {
            using var watch = GcWatch.Open(target, new GcWatchOptions { Budget = 1 });
            watch.Start();
            for (var polls = 0; watch.Cycles.Count < 2 && polls < 500; polls++)
            {
                watch.Poll();
                Thread.Sleep(10);
            }
            watch.Stop();
            Assert.NotEmpty(watch.Cycles);
            cycles.AddRange(watch.Cycles);
        }
        Volatile.Write(ref enough, true);
        await busy;
        var pauses = sample.Report();
        foreach (var cycle in cycles.Where(cycle => cycle.Number.Value > pauses.NumGC - pauses.Pauses.Count))
            Assert.Equal(pauses.Pauses[(int)(cycle.Number.Value - (pauses.NumGC - pauses.Pauses.Count) - 1)], cycle.PauseNs.Value);
    }

    // The test writes into its own sample; Vitrine never does. Two minutes would be long to wait for.
    static void ShortenForcedPeriod(GoFixture fixture, int pid)
    {
        using var elf = ElfFile.Open(fixture.Path);
        Assert.True(elf.TryGetSymbol("runtime.forcegcperiod", out var symbol));
        using var memory = new FileStream(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/mem"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        memory.Position = (long)symbol.Address;
        memory.Write(BitConverter.GetBytes(20_000_000L));
    }
}
