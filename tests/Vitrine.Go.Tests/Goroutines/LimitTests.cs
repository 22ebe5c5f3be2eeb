using Vitrine.Go.Binary;
using Vitrine.Go.Goroutines;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Go.Tests.Goroutines;

/// <summary>Each bound of <see cref="GoroutineDumpOptions"/>, broken on purpose.</summary>
public sealed class LimitTests : IDisposable
{
    private readonly TruthTarget _truth = TruthTarget.Start(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped));
    private readonly GoTarget _target;
    private readonly IReadOnlyList<TruthFact> _facts;

    public LimitTests()
    {
        _facts = _truth.Park("deep", "labels", "select");
        _target = GoTarget.Attach(LinuxProcess.Open(_truth.Pid));
    }

    public void Dispose()
    {
        _target.Dispose();
        _truth.Dispose();
    }

    [Fact]
    public void ReadGoroutines_DeeperThanMaxDepth_CutsAndSaysSo()
    {
        Goroutine deep = Of("deep", new GoroutineDumpOptions { MaxDepth = 20 }, out GoroutineDump dump);
        Assert.Equal(StackStatus.Incomplete, deep.StackStatus);
        Assert.Equal(20, deep.Frames.Count(frame => !frame.Inlined));
        Assert.Contains("more than 20 frames", dump.Stacks.IncompleteReason(deep.StackId), StringComparison.Ordinal);
    }

    [Fact]
    public void ReadGoroutines_LongerThanMaxStackBytes_CutsAndSaysSo()
    {
        Goroutine deep = Of("deep", new GoroutineDumpOptions { MaxStackBytes = 1024 }, out GoroutineDump dump);
        Assert.Equal(StackStatus.Incomplete, deep.StackStatus);
        Assert.InRange(deep.Frames.Count, 2, 100);
        Assert.Contains("size limit", dump.Stacks.IncompleteReason(deep.StackId), StringComparison.Ordinal);
    }

    [Fact]
    public void ReadGoroutines_MoreThanMaxGoroutines_Refuses() =>
        Assert.Contains("limit of 2", Assert.Throws<GoBinaryException>(() => _target.ReadGoroutines(new GoroutineDumpOptions { MaxGoroutines = 2 })).Message, StringComparison.Ordinal);

    [Fact]
    public void ReadGoroutines_MoreThanMaxSelectCases_CutsAndSaysSo()
    {
        Goroutine select = Of("select", new GoroutineDumpOptions { MaxSelectCases = 2 }, out _);
        WaitingOn.Select cases = Assert.IsType<WaitingOn.Select>(select.WaitingOn);
        Assert.True(cases.Truncated);
        Assert.Equal(2, cases.Cases.Count);
    }

    [Fact]
    public void ReadGoroutines_MoreThanMaxLabels_ShowsNone() =>
        Assert.Empty(Of("labels", new GoroutineDumpOptions { MaxLabels = 1 }, out _).Labels);

    [Fact]
    public void ReadGoroutines_LongerThanMaxLabelBytes_CutsTheText() =>
        Assert.Equal([new GoroutineLabel("re", "r-"), new GoroutineLabel("te", "ac")], Of("labels", new GoroutineDumpOptions { MaxLabelBytes = 2 }, out _).Labels);

    [Fact]
    public void ReadGoroutines_LongerThanTimeLimit_GivesUp() =>
        Assert.Throws<TimeoutException>(() => _target.ReadGoroutines(new GoroutineDumpOptions { TimeLimit = TimeSpan.Zero }));

    [Fact]
    public void ReadGoroutines_Cancelled_Stops() =>
        Assert.Throws<OperationCanceledException>(() => _target.ReadGoroutines(cancellation: new CancellationToken(canceled: true)));

    [Fact]
    public void ReadGoroutines_WithSystemGoroutines_ListsTheRuntimesOwn()
    {
        GoroutineDump without = _target.ReadGoroutines();
        GoroutineDump with = _target.ReadGoroutines(new GoroutineDumpOptions { WithSystemGoroutines = true });
        Assert.Equal(without.Count + without.Consistency.SystemHidden, with.Count);
        Assert.Equal(0, with.Consistency.SystemHidden);
        Assert.Contains(Enumerable.Range(0, with.Count).Select(i => with[i]), goroutine => goroutine.IsSystem && goroutine.Frames.Any(frame => frame.Function == "runtime.bgsweep"));
    }

    [Fact]
    public void GroupByStack_Dump_CountsEveryGoroutineOnce()
    {
        _truth.Ask("goroutines 500");
        GoroutineDump dump = _target.ReadGoroutines();
        IReadOnlyList<StackGroup> groups = dump.GroupByStack();
        Assert.Equal(dump.Count, groups.Sum(group => group.Count));
        Assert.Equal(groups.Select(group => group.Count).OrderDescending(), groups.Select(group => group.Count));
        Assert.Equal(Enumerable.Range(0, dump.Count), groups.SelectMany(group => group.Members).Order());
        Assert.All(groups, group => Assert.All(group.Members, member => Assert.Equal(group.Representative.StackId, dump[member].StackId)));

        IReadOnlyList<StackGroup> crowd = dump.GroupByStack(new GoroutineFilter { Where = "main.crowd" });
        Assert.Equal(500, crowd.Sum(group => group.Count));
        Assert.Empty(dump.GroupByStack(new GoroutineFilter { MinWait = TimeSpan.FromHours(1) }));
    }

    private Goroutine Of(string scenario, GoroutineDumpOptions options, out GoroutineDump dump)
    {
        GoroutineDump taken = dump = _target.ReadGoroutines(options);
        ulong id = (ulong)_facts.First(fact => fact.Scenario == scenario).GoroutineId;
        return Enumerable.Range(0, taken.Count).Select(index => taken[index]).Single(goroutine => goroutine.Id == id);
    }
}
