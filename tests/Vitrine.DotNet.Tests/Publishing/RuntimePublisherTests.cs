using Vitrine.DotNet.Publishing;
using Vitrine.DotNet.Runtime;
using Vitrine.TestTargets;

namespace Vitrine.DotNet.Tests.Publishing;

public sealed class RuntimePublisherTests
{
    static readonly TimeSpan Bound = TimeSpan.FromSeconds(30);

    [Fact]
    public void Start_AtOnce_HasASnapshot_AndThenNewerOnes()
    {
        using var publisher = RuntimePublisher.Start(TimeSpan.FromMilliseconds(5));
        publisher.Read(out var first);
        Assert.True(first[RuntimeField.TotalAllocated].IsKnown);

        Assert.True(SpinWait.SpinUntil(() => publisher.Published >= 20, Bound));
        publisher.Read(out var later);
        Assert.True(later.CapturedAt > first.CapturedAt);
        Assert.True(later[RuntimeField.ProcessUptime].Value > first[RuntimeField.ProcessUptime].Value);
    }

    /// <summary>The pool is among what it looks at: with every thread of the pool blocked the figures keep coming, and show it.</summary>
    [Fact]
    public void Read_WhileTheThreadPoolStarves_ShowsTheQueueGrow()
    {
        using var publisher = RuntimePublisher.Start(TimeSpan.FromMilliseconds(5));
        using var go = new ManualResetEventSlim();
        const int Items = 200;
        using var ended = new CountdownEvent(Items);
        for (var i = 0; i < Items; i++)
            ThreadPool.UnsafeQueueUserWorkItem(_ => { go.Wait(Bound); ended.Signal(); }, null);
        var seen = SpinWait.SpinUntil(() =>
        {
            publisher.Read(out var now);
            return now[RuntimeField.PoolQueued].Value > 100 && now[RuntimeField.PoolBusy].Value >= now[RuntimeField.PoolMinimum].Value;
        }, Bound);
        var before = publisher.Published;
        var goesOn = SpinWait.SpinUntil(() => publisher.Published > before + 5, Bound);
        go.Set();

        Assert.True(seen && goesOn);
        Assert.True(ended.Wait(Bound));
    }

    [Fact]
    public void Read_Warm_AllocatesNothing()
    {
        using var publisher = RuntimePublisher.Start(TimeSpan.FromMilliseconds(5));

        Assert.Equal(0, AllocatedBytes.Of(() => publisher.Read(out _)));
        Assert.Equal(0, AllocatedBytes.Of(publisher.Publish));
    }

    [Fact]
    public void Dispose_EndsTheThread_AndTheLastSnapshotStays()
    {
        var publisher = RuntimePublisher.Start(TimeSpan.FromMilliseconds(1));
        publisher.Dispose();
        publisher.Dispose();
        publisher.Read(out var one);
        publisher.Read(out var other);

        Assert.Equal(one.CapturedAt, other.CapturedAt);
        Assert.NotEqual(default, one.CapturedAt);
    }

    [Theory, InlineData(0), InlineData(0.5), InlineData(-1), InlineData(3_600_001)]
    public void Start_OutsideOfTheBounds_IsRefused(double milliseconds) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RuntimePublisher.Start(TimeSpan.FromMilliseconds(milliseconds)));
}
