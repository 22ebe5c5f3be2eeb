using Vitrine.Go.Probes.Collector;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Probes.Collector;

/// <summary>Stripped servers that nobody here wrote, while they work: the collections they tell of are those that were seen.</summary>
[Collection(nameof(Alone))]
[FullRunOnly("Debian servers")]
public sealed class DebianServerGcTests
{
    const int Requests = 150;

    [Theory, MemberData(nameof(DebianServer.All), MemberType = typeof(DebianServer))]
    public void Cycles_WhileItWorks_AreThoseItTellsOf(string name)
    {
        Prerequisite.Probes();
        using var server = DebianServer.Start(name);
        using var target = GoTarget.Attach(LinuxProcess.Open(server.Pid));
        using var watch = GcWatch.Open(target, new GcWatchOptions { Budget = 1 });
        watch.Start();
        var before = server.MemStats();
        server.Work(Requests);
        var after = server.MemStats();
        watch.Stop();

        // A collection that is under way at either end belongs to one account and not to the other.
        var told = after["NumGC"] - before["NumGC"];
        Assert.InRange(watch.Totals.Cycles, told, told + 2);
        Assert.Empty(watch.Report().Lost.ByReason);
        Assert.Equal(0, watch.Totals.MissedCycles);
        Assert.All(watch.Cycles, cycle => Assert.True(cycle.HeapBeforeBytes.IsKnown && cycle.GoalBytes.IsKnown && cycle.PauseNs.IsKnown));

        // The server stops its own world to tell: ReadMemStats behind its heap page.
        Assert.Contains(watch.Stops, stop => stop.Reason == "read mem stats");
    }
}
