using Vitrine.DotNet.Gc;

namespace Vitrine.DotNet.Tests.Gc;

public sealed class GcHistoryTests
{
    static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    static DateTimeOffset At(double milliseconds) => Start.AddMilliseconds(milliseconds);

    [Fact]
    public void ABlockingCollection_HasItsPauseAndSizes()
    {
        List<GcCollection> ended = [];
        var history = new GcHistory(ended.Add);
        history.SuspendBegin(At(0), 1);
        history.SuspendEnd(At(1));
        history.Start(At(1.5), number: 5, generation: 1, reason: 0, type: 0);
        history.HeapBefore([100, 10, 1000, 7, 1]);
        history.HeapBefore([200, 20, 2000, 7, 1]); // server GC has several heaps
        history.Global(isCompacting: true);
        history.End(At(4), 5);
        history.Stats([0, 30, 3001, 14, 2], [20, 1, 0, 0, 0], pinned: 3, finalization: 4);
        Assert.Empty(ended); // the program still stands
        history.RestartEnd(At(5));

        var one = ended.Single();
        Assert.Equal((5, 1, "AllocSmall", GcType.Blocking, 2.5), (one.Number, one.Generation, one.Reason, one.Type, one.Duration.Value.TotalMilliseconds));
        Assert.Equal([new GcPause(At(0), TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(5))], one.Pauses);
        Assert.Equal((3346, 3047, 21), (one.HeapBefore.Value, one.HeapAfter.Value, one.Promoted.Value));
        Assert.Equal((true, 3L, 4L), (one.IsCompacting.Value, one.PinnedObjects.Value, one.FinalizationSurvivors.Value));
        Assert.Equal(["0", "1", "2", "loh", "poh"], one.Generations.Select(static g => g.Name));
    }

    [Fact]
    public void ABackgroundCollection_WithABlockingOneInside_EachHasItsOwnPauses()
    {
        List<GcCollection> ended = [];
        var history = new GcHistory(ended.Add);
        history.SuspendBegin(At(0), 1);
        history.Start(At(0.1), 8, 2, 1, type: 1);
        history.RestartEnd(At(1));
        // Foreground.
        history.SuspendBegin(At(2), 1);
        history.Start(At(2.1), 9, 0, 0, type: 2);
        history.HeapBefore([1, 0, 0, 0, 0]);
        history.End(At(3), 9);
        history.Stats(new long[5], new long[5], 0, 0);
        history.RestartEnd(At(4));
        // Its second pause.
        history.SuspendBegin(At(6), 6);
        history.RestartEnd(At(7));
        // Something else stops the threads.
        history.SuspendBegin(At(7.2), 5);
        history.RestartEnd(At(7.4));
        history.HeapBefore([0, 0, 50, 0, 0]);
        history.End(At(9), 8);
        history.Stats([0, 0, 40, 0, 0], new long[5], 0, 0);

        Assert.Equal([9, 8], ended.Select(static one => one.Number));
        Assert.Equal([2d], ended[0].Pauses.Select(static one => one.Duration.TotalMilliseconds));
        Assert.Equal([1d, 1d], ended[1].Pauses.Select(static one => one.Duration.TotalMilliseconds));
        Assert.Equal((GcType.Background, 50L, 40L), (ended[1].Type, ended[1].HeapBefore.Value, ended[1].HeapAfter.Value));
        Assert.Equal((1, 0.2), (history.OtherSuspensions.Count, history.OtherSuspensions.Total.TotalMilliseconds));
        Assert.Equal(0, history.PausesWithoutCollection);
    }

    /// <summary>Whatever was lost may have been anything: nothing is paired over the gap, and what is a sum of several events is unknown.</summary>
    [Fact]
    public void Lost_WhileACollectionRuns_ItsSizesAreUnknownAndItsPauseIsNotPairedWithAnother()
    {
        List<GcCollection> ended = [];
        var history = new GcHistory(ended.Add);
        history.SuspendBegin(At(0), 1);
        history.Start(At(1), number: 5, generation: 1, reason: 0, type: 0);
        history.HeapBefore([100, 10, 1000, 7, 1]);
        history.Lost(3);    // one heap's sizes, the end of the pause, the beginning of the next
        history.End(At(4), 5);
        history.Stats(new long[5], new long[5], 0, 0);
        history.RestartEnd(At(9));
        history.SuspendBegin(At(10), 1);
        history.Start(At(11), number: 7, generation: 0, reason: 0, type: 0);
        history.HeapBefore([1, 1, 1, 1, 1]);
        history.End(At(12), 7);
        history.Stats(new long[5], new long[5], 0, 0);
        history.RestartEnd(At(13));

        Assert.Equal([(5, false, 0), (7, true, 1)], ended.Select(static one => (one.Number, one.IsWhole, one.Pauses.Count)));
        Assert.False(ended[0].HeapBefore.IsKnown);
        Assert.True(ended[0].HeapAfter.IsKnown);
        Assert.Equal(5, ended[1].HeapBefore.Value);
        Assert.Equal((3, 1), (history.LostEvents, history.Missing));
    }

    [Fact]
    public void Lost_TheBeginningOfAPause_TheCollectionInItIsNotWithoutAPauseButNotWhole()
    {
        List<GcCollection> ended = [];
        var history = new GcHistory(ended.Add);
        history.Lost(1);
        history.Start(At(1), number: 5, generation: 1, reason: 0, type: 0);
        history.End(At(4), 5);
        history.Stats(new long[5], new long[5], 0, 0);
        history.RestartEnd(At(5));
        history.Finish();

        var one = ended.Single();
        Assert.False(one.IsWhole);
        Assert.Contains(GcInstrument.EventsOf(one).First().Attributes, static attribute => attribute.Key == "gc.partial");
    }

    [Fact]
    public void LostEvents_LeaveUnknownsAndNeverGrow()
    {
        List<GcCollection> ended = [];
        var history = new GcHistory(ended.Add);
        history.RestartEnd(At(0));
        history.End(At(0), 3);
        history.Stats(new long[5], new long[5], 0, 0);
        history.SuspendBegin(At(1), 1);
        history.RestartEnd(At(2));
        for (var i = 0; i < 1_000; i++) history.Start(At(3), i, 99, 12345, type: 77);
        history.Finish();

        Assert.Equal(1, history.PausesWithoutCollection);
        Assert.Equal(1_000, ended.Count);
        Assert.All(ended, static one =>
        {
            Assert.False(one.Duration.IsKnown);
            Assert.False(one.HeapAfter.IsKnown);
            Assert.Equal("reason 12345", one.Reason);
        });
    }
}
