using System.Diagnostics;
using Vitrine.Go;
using Vitrine.Go.Goroutines;
using Vitrine.Insight.Leaks;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Insight.Tests.Leaks;

/// <summary>The crowds of <c>samples/go/crowds</c>, all watched at the same time: they do little but wait, and one after the other each test would wait for its own.</summary>
public sealed class WatchedCrowds
{
    const int Dumps = 12;
    static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(500);

    readonly Dictionary<(string Version, string Mode), Task<LeakReport>> _reports;

    public WatchedCrowds()
    {
        var cancellation = TestContext.Current.CancellationToken;
        _reports = LiveLeakTests.Crowds.ToDictionary(static one => one, one => Task.Run(() => Watch(one.Version, one.Mode, cancellation), cancellation));
    }

    /// <summary>What was concluded of one crowd.</summary>
    public Task<LeakReport> Report(string version, string mode) => _reports[(version, mode)];

    static async Task<LeakReport> Watch(string version, string mode, CancellationToken cancellation)
    {
        using var crowd = SampleProcess.Start(GoFixture.Build(version, GoFlavour.Stripped, "crowds"), mode);
        using var target = GoTarget.Attach(LinuxProcess.Open(crowd.Pid));
        var watch = new LeakWatch();
        var started = Stopwatch.GetTimestamp();
        GoroutineDump? last = null;
        using var timer = new PeriodicTimer(s_interval);
        for (var dump = 0; dump < Dumps; dump++)
        {
            last = target.ReadGoroutines(cancellation: cancellation);
            watch.Observe(DumpObservation.Of(last, Stopwatch.GetElapsedTime(started)));
            await timer.WaitForNextTickAsync(cancellation);
        }
        return watch.Conclude(HolderSearcher.Search(target, last!, watch.Candidates(), cancellation));
    }
}
