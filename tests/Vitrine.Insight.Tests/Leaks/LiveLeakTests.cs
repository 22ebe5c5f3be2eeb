using Vitrine.Insight.Findings;
using Vitrine.Insight.Leaks;
using Vitrine.TestTargets;

namespace Vitrine.Insight.Tests.Leaks;

/// <summary>Leak detection on live Go programs whose crowds were written to leak or not to (<c>samples/go/crowds</c>).</summary>
public sealed class LiveLeakTests(WatchedCrowds crowds) : IClassFixture<WatchedCrowds>
{
    const string GrowingPool = "growingpool";
    static readonly string[] s_leaking = ["leak", "nilchan"], s_suspicious = ["mixed", "locked"], s_healthy = ["pool", "burst", "steady"];

    public static TheoryData<string, string> Leaking => new(Matrix(s_leaking));

    public static TheoryData<string, string> Suspicious => new(Matrix(s_suspicious));

    public static TheoryData<string, string> Healthy => new(Matrix(s_healthy));

    /// <summary>Every crowd that a test asks for.</summary>
    internal static IEnumerable<(string Version, string Mode)> Crowds => [.. Matrix([.. s_leaking, .. s_suspicious, .. s_healthy]), (GoToolchain.Newest, GrowingPool)];

    static IEnumerable<(string Version, string Mode)> Matrix(string[] modes) =>
        from version in ((string[])[GoMatrix.VersionsOfThisRun[1], GoToolchain.Newest]).Distinct() from mode in modes select (version, mode);

    [Theory]
    [MemberData(nameof(Leaking))]
    public async Task Conclude_CrowdThatLeaks_NamesItsCreationSiteAndBlockedLine(string version, string mode)
    {
        var report = await crowds.Report(version, mode);
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
        var report = await crowds.Report(version, mode);
        Assert.Contains(report.Groups, group => group.Finding.Verdict != Verdict.None && group.Key.CreatedBy?.Function == $"main.{mode}");
    }

    [Theory]
    [MemberData(nameof(Healthy))]
    public async Task Conclude_PoolBurstOrSteadyLoad_RaisesNoAlarm(string version, string mode)
    {
        var report = await crowds.Report(version, mode);
        Assert.All(report.Groups, group => Assert.True(group.Finding.Verdict == Verdict.None, $"{group.Finding.Title}: {string.Join(' ', group.Counts)}"));
    }

    [Fact]
    public async Task Conclude_PoolThatGrowsWhileItsDispatcherHoldsTheChannel_IsNotCalledALeak()
    {
        var report = await crowds.Report(GoToolchain.Newest, GrowingPool);
        Assert.DoesNotContain(report.Groups, group => group.Finding.Verdict == Verdict.Fault);
        Assert.Contains(report.Groups, group => group.Holders.Count > 0 && group.Key.BlockedAt.Function == "main.worker");
    }
}
