using System.Globalization;
using Vitrine.Go.Probes.Session;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Probes.Session;

[Collection(nameof(Alone))]
public sealed class GoProbeSessionTests
{
    private static readonly GoProbeProgram s_counting = new() { Object = "calibration", Budget = 1 };

    public static TheoryData<string, GoFlavour> Builds => GoMatrix.All();

    [Theory]
    [MemberData(nameof(Builds))]
    public void Every_call_is_one_hit(string version, GoFlavour flavour)
    {
        Prerequisite.Probes();
        using SampleProcess sample = SampleProcess.Start(GoFixture.Build(version, flavour, "beats"));
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        using GoProbeSession session = GoProbeSession.Open(target, s_counting);
        Assert.True(session.AttachEntry("nothing", "main.beat"), string.Join("; ", session.Absent));
        session.Start();
        long called = Called(sample.Ask("call 12345"));
        session.Stop();
        Assert.Equal(12_345, called);
        var report = session.Report();
        // Before Go 1.21 a call that has to grow its stack crosses the probe twice: the program leaves the first time out, the bill does not.
        Assert.InRange(report.Cost.Hits, called, version == "1.19" ? called + 3 : called);
        Assert.InRange(report.Cost.NsPerHit.Value, 50, 100_000);
        Assert.Equal(1, report.Coverage.Scale);
        Assert.Equal(0, report.Lost.Total);

        // And after the end, none.
        sample.Ask("call 1000");
        Assert.Equal(report.Cost.Hits, session.Report().Cost.Hits);
    }

    [Fact]
    public void Returns_are_hit_as_often_and_are_called_single_stepped()
    {
        Prerequisite.Probes();
        using SampleProcess sample = SampleProcess.Start(GoFixture.Build(GoMatrix.VersionsOfThisRun[^1], GoFlavour.Stripped, "beats"));
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        using GoProbeSession session = GoProbeSession.Open(target, s_counting);
        Assert.True(session.AttachReturns("nothing", "main.beat"));
        session.Start();
        sample.Ask("call 500");
        session.Stop();
        Assert.Equal(500, session.Report().Cost.Hits);
        Assert.Contains(session.Report().Notes, static note => note.Contains("main.beat", StringComparison.Ordinal));
    }

    [Fact]
    public void A_function_that_is_not_there_is_absent_with_a_reason()
    {
        Prerequisite.Probes();
        using SampleProcess sample = SampleProcess.Start(GoFixture.Build(GoMatrix.VersionsOfThisRun[^1], GoFlavour.Stripped, "beats"));
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        using GoProbeSession session = GoProbeSession.Open(target, s_counting);
        Assert.False(session.AttachEntry("nothing", "main.noSuchFunction"));
        var absent = Assert.Single(session.Absent);
        Assert.Equal("main.noSuchFunction", absent.Function);
        Assert.NotEmpty(absent.Reason);
    }

    [FullRunOnly("six seconds of windows")]
    [Fact]
    public async Task A_budget_is_kept_and_what_cannot_be_estimated_is_not()
    {
        Prerequisite.Probes();
        using SampleProcess sample = SampleProcess.Start(GoFixture.Build(GoMatrix.VersionsOfThisRun[^1], GoFlavour.Plain, "beats"));
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        const double budget = 0.05;
        using GoProbeSession session = GoProbeSession.Open(target, s_counting with { Budget = budget });
        Assert.True(session.AttachEntry("nothing", "main.beat"));
        Task<string> spinning = Task.Run(() => sample.Ask("spin 6000"), TestContext.Current.CancellationToken);
        int paused = 0;
        session.WindowChanged += open => paused += open ? 0 : 1;
        session.Start();
        await session.Run(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1), static () => { }, TestContext.Current.CancellationToken);
        var report = session.Report();
        await spinning;
        Assert.True(paused >= 2, $"{paused} pauses");
        Assert.InRange(report.Cost.TargetShare.Value, 0.001, 2 * budget);
        // The function does nothing but be called: in each window the probe itself took the processor, so that no rate can be told from it.
        Assert.False(report.Coverage.IsWhole);
        Assert.Equal(1, report.Coverage.Scale);
        Assert.Contains("did less", report.Coverage.RelativeError.Reason, StringComparison.Ordinal);
        Assert.Contains(report.Notes, static note => note.Contains("budget", StringComparison.Ordinal));
    }

    [Fact]
    public void Two_looks_at_one_function_do_not_disturb_each_other()
    {
        Prerequisite.Probes();
        using SampleProcess sample = SampleProcess.Start(GoFixture.Build(GoMatrix.VersionsOfThisRun[^1], GoFlavour.Stripped, "beats"));
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(sample.Pid));
        using GoProbeSession one = GoProbeSession.Open(target, s_counting);
        using GoProbeSession other = GoProbeSession.Open(target, s_counting);
        one.AttachEntry("nothing", "main.beat");
        other.AttachEntry("nothing", "main.beat");
        one.Start();
        sample.Ask("call 100");
        other.Start();
        sample.Ask("call 100");
        one.Stop();
        sample.Ask("call 100");
        other.Stop();
        Assert.Equal(200, one.Report().Cost.Hits);
        Assert.Equal(200, other.Report().Cost.Hits);
    }

    private static long Called(string answer) => long.Parse(answer["called ".Length..], CultureInfo.InvariantCulture);
}
