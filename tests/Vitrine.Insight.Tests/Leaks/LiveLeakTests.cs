using System.Diagnostics;
using Vitrine.Go;
using Vitrine.Insight.Findings;
using Vitrine.Insight.Leaks;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Insight.Tests.Leaks;

/// <summary>Leak detection on live Go programs whose crowds were written to leak or not to (<c>samples/go/crowds</c>).</summary>
public sealed class LiveLeakTests
{
    const int Dumps = 12;
    static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public static TheoryData<string, string> Leaking => Matrix("leak", "nilchan");

    public static TheoryData<string, string> Suspicious => Matrix("mixed", "locked");

    public static TheoryData<string, string> Healthy => Matrix("pool", "burst", "steady");

    static TheoryData<string, string> Matrix(params string[] modes)
    {
        var data = new TheoryData<string, string>();
        string[] versions = Prerequisite.IsQuickRun ? [GoToolchain.Newest] : [GoToolchain.Versions[1], GoToolchain.Newest];
        foreach (var version in versions)
        {
            foreach (var mode in modes)
                data.Add(version, mode);
        }
        return data;
    }

    [Theory]
    [MemberData(nameof(Leaking))]
    public async Task Conclude_CrowdThatLeaks_NamesItsCreationSiteAndBlockedLine(string version, string mode)
    {
        var report = await Watch(version, mode);
        var leak = Assert.Single(report.Groups, group => group.Finding.Verdict == Verdict.Fault);
        Assert.Equal(mode == "leak" ? "main.abandon" : "main.nilchan", leak.Key.CreatedBy?.Function);
        Assert.StartsWith(mode == "leak" ? "main.abandon.func1" : "main.nilchan.func1", leak.Key.BlockedAt.Function, StringComparison.Ordinal);
        Assert.EndsWith("main.go", leak.Key.BlockedAt.File, StringComparison.Ordinal);
        Assert.InRange(leak.Finding.Confidence.Value, 0.5, 1);
    }

    [Theory]
    [MemberData(nameof(Suspicious))]
    public async Task Conclude_CrowdThatLeaksAmongOthersOrWaitsForALock_IsAtLeastSuspected(string version, string mode)
    {
        var report = await Watch(version, mode);
        Assert.Contains(report.Groups, group => group.Finding.Verdict != Verdict.None && group.Key.CreatedBy?.Function == $"main.{mode}");
    }

    [Theory]
    [MemberData(nameof(Healthy))]
    public async Task Conclude_PoolBurstOrSteadyLoad_RaisesNoAlarm(string version, string mode)
    {
        var report = await Watch(version, mode);
        Assert.All(report.Groups, group => Assert.True(group.Finding.Verdict == Verdict.None, $"{group.Finding.Title}: {string.Join(' ', group.Counts)}"));
    }

    [Fact]
    public async Task Conclude_PoolThatGrowsWhileItsDispatcherHoldsTheChannel_IsNotCalledALeak()
    {
        var report = await Watch(GoToolchain.Newest, "growingpool");
        Assert.DoesNotContain(report.Groups, group => group.Finding.Verdict == Verdict.Fault);
        Assert.Contains(report.Groups, group => group.Holders.Count > 0 && group.Key.BlockedAt.Function == "main.worker");
    }

    static async Task<LeakReport> Watch(string version, string mode)
    {
        using var crowd = SampleProcess.Start(GoFixture.Build(version, GoFlavour.Stripped, "crowds"), mode);
        using var target = GoTarget.Attach(LinuxProcess.Open(crowd.Pid));
        var watch = new LeakWatch();
        var started = Stopwatch.GetTimestamp();
        Vitrine.Go.Goroutines.GoroutineDump? last = null;
        using var timer = new PeriodicTimer(Interval);
        for (var dump = 0; dump < Dumps; dump++)
        {
            last = target.ReadGoroutines(cancellation: TestContext.Current.CancellationToken);
            watch.Observe(DumpObservation.Of(last, Stopwatch.GetElapsedTime(started)));
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
        return watch.Conclude(HolderSearcher.Search(target, last!, watch.Candidates(), TestContext.Current.CancellationToken));
    }
}
