using Vitrine.Insight.Findings;
using Vitrine.Insight.Leaks;

namespace Vitrine.Insight.Tests.Leaks;

public sealed class LeakWatchTests
{
    static readonly GroupKey Send = Population.Key("worker", "chan send");
    static readonly GroupKey Receive = Population.Key("pool", "chan receive");

    [Theory]
    [InlineData(0.5)]
    [InlineData(3)]
    [InlineData(50)]
    public void Conclude_GoroutinesThatComeAndNeverLeave_IsALeak(double perSecond)
    {
        var population = new Population();
        for (var birth = 0.0; birth < 40; birth += 1 / perSecond)
            population.Add(Send, birth);
        var group = Assert.Single(population.Watch(holders: new HolderSearch(true, [], "all other stacks")).Groups);
        Assert.Equal(Verdict.Fault, group.Finding.Verdict);
        Assert.InRange(group.GrowthPerSecond.Slope, perSecond * 0.8, perSecond * 1.2);
        Assert.True(group.Finding.Confidence.Value > 0.5, group.Finding.Confidence.Computation);
    }

    [Fact]
    public void Conclude_LeakAmongManyThatPassThrough_IsALeak()
    {
        // Twenty short requests a second at the same place, one of which never ends.
        var random = new Random(3);
        var population = new Population();
        for (var birth = -5.0; birth < 31; birth += 0.05)
            population.Add(Send, birth, birth + 0.05 + random.NextDouble() * 0.3);
        for (var birth = 0.0; birth < 31; birth++)
            population.Add(Send, birth);
        Assert.Equal(Verdict.Fault, Assert.Single(population.Watch().Groups).Finding.Verdict);
    }

    [Fact]
    public void Conclude_PoolOfConstantSize_IsNone()
    {
        var population = new Population();
        for (var i = 0; i < 200; i++)
            population.Add(Receive, -100, resource: 0xc000010000);
        Assert.Equal(Verdict.None, Assert.Single(population.Watch(blockedBefore: TimeSpan.FromHours(3)).Groups).Finding.Verdict);
    }

    [Theory]
    [InlineData(2, 12)]
    [InlineData(10, 29)]
    [InlineData(20, 60)]
    public void Conclude_BurstThatDrains_IsNone(double from, double drainedAt)
    {
        var random = new Random(5);
        var population = new Population();
        for (var i = 0; i < 500; i++)
            population.Add(Send, from + random.NextDouble(), from + 1 + random.NextDouble() * (drainedAt - from - 1));
        Assert.All(population.Watch().Groups, group => Assert.Equal(Verdict.None, group.Finding.Verdict));
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(2)]
    [InlineData(8)]
    public void Conclude_SteadyLoad_IsNoneForManySeeds(double meanLifetime)
    {
        for (var seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            var population = new Population();
            for (var birth = -60.0; birth < 31; birth += 0.1)
                population.Add(Send, birth, birth - Math.Log(1 - random.NextDouble()) * meanLifetime);
            var group = Assert.Single(population.Watch().Groups);
            Assert.True(group.Finding.Verdict == Verdict.None, $"seed {seed}: {group.Finding.Title} {string.Join(' ', group.Counts)}");
        }
    }

    [Fact]
    public void Conclude_LoadThatRises_IsNotALeak()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var population = new Population();
            for (var birth = -10.0; birth < 31; birth += 1 / (2 + Math.Max(0, birth)))
                population.Add(Send, birth, birth - Math.Log(1 - random.NextDouble()) * 2);
            Assert.NotEqual(Verdict.Fault, Assert.Single(population.Watch().Groups).Finding.Verdict);
        }
    }

    [Fact]
    public void Conclude_ConnectionsThatPileUp_IsOnlySuspectBecauseThePeerMayStillClose()
    {
        var population = new Population();
        for (var birth = 0.0; birth < 31; birth += 0.5)
            population.Add(Population.Key("serve", "IO wait"), birth);
        var finding = Assert.Single(population.Watch().Groups).Finding;
        Assert.Equal(Verdict.Suspect, finding.Verdict);
        Assert.NotEmpty(finding.Unknowns);
    }

    [Fact]
    public void Conclude_GrowingPoolWhoseChannelIsHeld_IsOnlySuspect()
    {
        var population = new Population();
        for (var birth = 0.0; birth < 31; birth++)
            population.Add(Receive, birth, resource: 0xc000010000);
        var held = new HolderSearch(true, [new Holder(0xc000010000, "goroutine 1 (main.dispatch)")], "all other stacks");
        var group = Assert.Single(population.Watch(holders: held).Groups);
        Assert.Equal(Verdict.Suspect, group.Finding.Verdict);
        Assert.Contains(group.Finding.Evidence, evidence => evidence.Statement.Contains("main.dispatch", StringComparison.Ordinal));
    }

    [Fact]
    public void Conclude_NilChannel_IsALeakEvenWithoutGrowth()
    {
        var population = new Population().Add(Population.Key("lost", "chan receive (nil chan)"), -10);
        Assert.Equal(Verdict.Fault, Assert.Single(population.Watch().Groups).Finding.Verdict);
    }

    [Fact]
    public void Conclude_EmptySelectOfMain_IsNone()
    {
        var population = new Population().Add(new GroupKey(null, new CodeSite("main.main", "/src/main.go", 9), "select (no cases)"), -10);
        Assert.Equal(Verdict.None, Assert.Single(population.Watch().Groups).Finding.Verdict);
    }

    [Fact]
    public void Conclude_SendersStuckForAnHourOnChannelsThatNobodyHolds_IsSuspect()
    {
        var population = new Population();
        for (var i = 0; i < 50; i++)
            population.Add(Send, -10);
        var group = Assert.Single(population.Watch(blockedBefore: TimeSpan.FromHours(1), holders: new HolderSearch(true, [], "all other stacks")).Groups);
        Assert.Equal(Verdict.Suspect, group.Finding.Verdict);
    }

    [Fact]
    public void Conclude_TooFewDumps_SaysSoAndJudgesNothing()
    {
        var population = new Population();
        for (var birth = 0.0; birth < 31; birth += 0.1)
            population.Add(Send, birth);
        var finding = Assert.Single(population.Watch(seconds: 9, every: 3).Groups).Finding;
        Assert.Equal(Verdict.None, finding.Verdict);
        Assert.Contains(finding.Unknowns, unknown => unknown.Contains("too few dumps", StringComparison.Ordinal));
    }

    [Fact]
    public void Conclude_MoreMembersThanAreFollowed_KeepsASampleAndStillSeesTheLeak()
    {
        var watch = new LeakWatch(new LeakSettings { MaximumFollowed = 256 });
        for (var dump = 0; dump <= 10; dump++)
        {
            var members = Enumerable.Range(0, 2000 + dump * 1000).Select(id => new GoroutineSighting((ulong)id + 1, 0, null)).ToList();
            watch.Observe(new LeakObservation(TimeSpan.FromSeconds(dump * 3), new Dictionary<GroupKey, IReadOnlyList<GoroutineSighting>> { [Send] = members }, members.Count, 0));
        }
        var group = Assert.Single(watch.Conclude(HolderSearch.None).Groups);
        Assert.Equal(Verdict.Fault, group.Finding.Verdict);
        Assert.InRange(group.Stayed, 3, 256);
    }

    [Fact]
    public void Conclude_MoreGroupsThanTheLimit_CountsThoseNotFollowed()
    {
        var watch = new LeakWatch(new LeakSettings { MaximumGroups = 2 });
        var groups = Enumerable.Range(0, 5).ToDictionary(i => Population.Key($"g{i}", "select"), _ => (IReadOnlyList<GoroutineSighting>)[new GoroutineSighting(1, 0, null)]);
        watch.Observe(new LeakObservation(TimeSpan.Zero, groups, 5, 0));
        Assert.Equal(3, watch.Conclude(HolderSearch.None).GroupsNotFollowed);
    }

    [Fact]
    public void Observe_TimeThatGoesBackwards_IsRefused()
    {
        var watch = new LeakWatch();
        var empty = new Dictionary<GroupKey, IReadOnlyList<GoroutineSighting>>();
        watch.Observe(new LeakObservation(TimeSpan.FromSeconds(1), empty, 0, 0));
        Assert.Throws<ArgumentException>(() => watch.Observe(new LeakObservation(TimeSpan.FromSeconds(1), empty, 0, 0)));
    }
}
