using Vitrine.DotNet.Contention;
using Vitrine.DotNet.Events;

namespace Vitrine.DotNet.Tests.Contention;

public sealed class ContentionTallyTests
{
    static readonly ulong[] Here = [1, 2, 3], There = [4, 5];

    static ContentionTally Every(out SamplingFraction fraction)
    {
        fraction = new();
        fraction.Set(1);
        return new(fraction);
    }

    [Fact]
    public void Read_StartsAndStopsOfSeveralThreads_ArePairedByThread()
    {
        var tally = Every(out _);
        tally.Start(10, 100, Here, lockId: 7, owner: 30);
        tally.Start(20, 110, There, lockId: 7, owner: 30);
        tally.Stop(20, 5_000);
        tally.Stop(10, 9_000);
        tally.Start(10, 200, Here, lockId: 7, owner: 30);
        tally.Stop(10, 1_000);

        var sums = tally.Read(ticks: null, 1);
        Assert.Equal(3, sums.Samples);
        Assert.Equal(0, sums.Unpaired);
        var here = sums.Rows.Single(one => sums.Stacks[one.Key.Stack].SequenceEqual(Here));
        Assert.Equal((2, 10_000d, 7ul, 30ul), (here.Count, here.Amount, here.Key.Lock, here.Key.Owner));
        var there = sums.Rows.Single(one => sums.Stacks[one.Key.Stack].SequenceEqual(There));
        Assert.Equal((1, 5_000d), (there.Count, there.Amount));
    }

    /// <summary>Who waited for a lock and got it is where it got it until the next one has.</summary>
    [Fact]
    public void Start_TheOwnerHadWaitedForTheSameLock_ItsStackIsKnown()
    {
        var tally = Every(out _);
        tally.Start(10, 1, Here, lockId: 7, owner: 99);
        tally.Stop(10, 10);
        tally.Start(20, 2, There, lockId: 7, owner: 10);
        tally.Stop(20, 10);
        tally.Start(30, 3, There, lockId: 8, owner: 10);
        tally.Stop(30, 10);

        var sums = tally.Read(ticks: null, 1);
        Assert.Equal(Here, sums.Stacks[sums.Rows.Single(static one => one.Key is { Owner: 10, Lock: 7 }).Key.OwnerStack]);
        Assert.Equal(AddressStacks.Other, sums.Rows.Single(static one => one.Key.Owner == 99).Key.OwnerStack);
        Assert.Equal(AddressStacks.Other, sums.Rows.Single(static one => one.Key.Lock == 8).Key.OwnerStack);
    }

    [Fact]
    public void Read_AWaitThatGoesOn_IsALowerBoundOfItsOwn()
    {
        var tally = Every(out _);
        tally.Start(10, 1_000, Here, lockId: 7, owner: 0);
        tally.Stop(20, 500); // began before anybody watched

        var sums = tally.Read(ticks: 4_000, nanosecondsPerTick: 2);
        var row = sums.Rows.Single();
        Assert.Equal((true, 1, 6_000d), (row.Key.IsUnfinished, row.Count, row.Amount));
        Assert.Equal(1, sums.Unpaired);
        Assert.Empty(tally.Read(ticks: null, 1).Rows);
    }

    [Fact]
    public void Stop_OffOrNonsense_CountsNothing()
    {
        var tally = Every(out var fraction);
        foreach (var nonsense in (double[])[double.NaN, double.PositiveInfinity, -1, 1e300])
        {
            tally.Start(10, 1, Here, 7, 0);
            tally.Stop(10, nonsense);
        }
        fraction.Set(0);
        tally.Start(10, 1, Here, 7, 0);
        tally.Stop(10, 1);

        Assert.Empty(tally.Read(ticks: 100, 1).Rows);
        Assert.Equal(5, tally.Seen);
    }

    [Fact]
    public void Start_MoreStacksAndLocksThanAreKept_StaysBoundedAndCounts()
    {
        var tally = Every(out _);
        for (ulong i = 0; i < 100_000; i++)
        {
            tally.Start((long)(i % 100_000), 1, [i], lockId: i, owner: i);
            if (i % 2 == 0) tally.Stop((long)i, 1);
        }

        var sums = tally.Read(ticks: null, 1);
        Assert.InRange(sums.Stacks.Length, 1, 20_000);
        Assert.InRange(sums.Rows.Count, 1, 65_536);
        Assert.True(sums.Dropped > 0);
    }

    [Fact]
    public void Start_MoreLocksThanAreRemembered_ForgetsTheOldestAndNotTheNewest()
    {
        var tally = Every(out _);
        for (ulong i = 1; i <= 100_000; i++)
        {
            tally.Start(10, 1, Here, lockId: i, owner: 99);
            tally.Stop(10, 1);
        }
        tally.Start(20, 2, There, lockId: 100_000, owner: 10);
        tally.Start(30, 2, There, lockId: 1, owner: 10);

        var rows = tally.Read(ticks: 3, 1).Rows;
        Assert.NotEqual(AddressStacks.Other, rows.Single(static one => one.Key is { IsUnfinished: true, Lock: 100_000 }).Key.OwnerStack);
        Assert.Equal(AddressStacks.Other, rows.Single(static one => one.Key is { IsUnfinished: true, Lock: 1 }).Key.OwnerStack);
    }
}
