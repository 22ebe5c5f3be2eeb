using System.Diagnostics;
using Vitrine.Go.Goroutines;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Goroutines;

/// <summary>10,000 goroutines created and ended per second, their stacks growing and shrinking, the collector running all the time.</summary>
public sealed class ChurnTests
{
    private const int MinDumps = 5;
    private static readonly TimeSpan Length = TimeSpan.FromSeconds(4);

    [FullRunOnly("four seconds of churn for each version")]
    [Theory, MemberData(nameof(GoMatrix.Versions), MemberType = typeof(GoMatrix))]
    public void ReadGoroutines_UnderChurn_ShowsNothingThatIsNotThere(string version)
    {
        using TruthTarget truth = TruthTarget.Start(GoFixture.Build(version, GoFlavour.Stripped));
        truth.Park("chan-receive", "mutex", "deep", "select");
        truth.Ask("churn 10000");
        using GoTarget target = GoTarget.Attach(LinuxProcess.Open(truth.Pid));

        int dumps = 0, retried = 0, seen = 0;
        for (Stopwatch watch = Stopwatch.StartNew(); watch.Elapsed < Length || dumps < MinDumps; dumps++)
        {
            GoroutineDump dump = target.ReadGoroutines();
            FrameTruth.Check(target, dump);
            retried += dump.Consistency.Retried;
            seen += dump.Count;
        }
        truth.Ask("churn 0");
        Assert.True(seen > dumps * 5, $"only {seen} goroutines in {dumps} dumps: there was no churn");
        TestContext.Current.SendDiagnosticMessage($"Go {version}: {dumps} dumps, {seen} goroutines, {retried} read again");
    }

    [Fact]
    public void ReadGoroutines_BusyTarget_SaysWhichThreadRunsWhat()
    {
        using TruthTarget truth = TruthTarget.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped), new TruthOptions { MaxProcs = 2 });
        truth.Ask("busy 4");
        LinuxProcess process = LinuxProcess.Open(truth.Pid);
        using GoTarget target = GoTarget.Attach(process);
        bool named = false;
        for (int attempt = 0; attempt < 200 && !named; attempt++)
        {
            GoroutineDump dump = target.ReadGoroutines();
            FrameTruth.Check(target, dump);
            Goroutine[] running = [.. Enumerable.Range(0, dump.Count).Select(i => dump[i]).Where(g => g.State == GoroutineState.Running)];
            HashSet<int> threads = [.. process.Threads().Select(thread => thread.ThreadId)];
            Assert.All(running, goroutine =>
            {
                Assert.Equal(StackStatus.Running, goroutine.StackStatus);
                Assert.Empty(goroutine.Frames);
                Assert.True(goroutine.ThreadId is null || threads.Contains(goroutine.ThreadId.Value));
            });
            named = running.Any(goroutine => goroutine.ThreadId is not null);
        }
        truth.Ask("busy 0");
        Assert.True(named, "no running goroutine was seen on a thread in 200 dumps");
    }
}
