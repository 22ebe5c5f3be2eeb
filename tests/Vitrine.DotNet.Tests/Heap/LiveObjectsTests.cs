using Vitrine.DotNet.Allocations;
using static Vitrine.DotNet.Tests.Heap.HeapScript;

namespace Vitrine.DotNet.Tests.Heap;

public sealed class LiveObjectsTests
{
    [Fact]
    public void Allocated_BeforeAnyCollection_IsNotSettled() =>
        Assert.Equal("a?", new HeapScript().Allocate("a", Gen0).Followed);

    [Fact]
    public void BlockingCollection_KeepsWhatSurvives_AndDropsTheRest()
    {
        var heap = new HeapScript().Allocate("dead", Gen0).Allocate("stays", Gen0 + 1000).Allocate("moves", Gen0 + 2000)
            .Collect(0, static gc => gc.Stay(Gen0 + 900, 400).Move(Gen0 + 2000, Gen1, 200));
        Assert.Equal("moves stays", heap.Followed);

        // Where they are now: the next collection finds each by its new place only.
        Assert.Equal("moves", heap.Collect(1, static gc => gc.Stay(Gen1, 200)).Followed);
    }

    [Fact]
    public void EphemeralCollection_LeavesOlderGenerationsAlone()
    {
        var heap = new HeapScript().Allocate("old", Gen2 + 8).Allocate("large", Large + 8, 100_000).Allocate("pinned", Pinned + 8).Allocate("middle", Gen1 + 8).Allocate("young", Gen0 + 8);
        Assert.Equal("large middle old pinned", heap.Collect(0, static _ => { }).Followed);
        Assert.Equal("large old pinned", heap.Collect(1, static _ => { }).Followed);
        Assert.Equal("", heap.Collect(2, static _ => { }).Followed);
    }

    [Fact]
    public void FullCollection_ToldInPartsByManyHeaps_TakesAllParts()
    {
        var heap = new HeapScript().Allocate("a", Gen0).Allocate("b", Gen2).Allocate("large", Large, 90_000).Allocate("dead", Gen2 + 4096);
        heap.Collect(2, static gc => gc.Stay(Large, 90_000).Move(Gen2, Gen2 + 64, 200).Move(Gen0, Gen1, 200));
        Assert.Equal("a b large", heap.Followed);
        Assert.Equal(90_400u, heap.Live.LastWholeHeap!.Bytes);
    }

    /// <summary>What moves takes the place of what moved away: all places change at once.</summary>
    [Fact]
    public void MovesInAChain_AreTakenAtOnce()
    {
        var heap = new HeapScript().Allocate("a", Gen0).Allocate("b", Gen0 + 200).Allocate("c", Gen0 + 400)
            .Collect(0, static gc => gc.Move(Gen0 + 200, Gen0, 200).Move(Gen0 + 400, Gen0 + 200, 200));
        Assert.Equal("b c", heap.Followed);
        Assert.Equal("c", heap.Collect(0, static gc => gc.Stay(Gen0 + 200, 200)).Followed);
    }

    [Fact]
    public void PinnedObjects_MoveToWhereTheyAre()
    {
        var heap = new HeapScript().Allocate("pinned", Gen0 + 64).Collect(0, static gc => gc.Move(Gen0 + 64, Gen0 + 64, 200)).Collect(0, static gc => gc.Move(Gen0 + 64, Gen0 + 64, 200));
        Assert.Equal("pinned", heap.Followed);
    }

    /// <summary>A demoted object is in generation 0 again, and the next collection of generation 0 decides.</summary>
    [Fact]
    public void DemotedObjects_AreLookedAtAgain()
    {
        var heap = new HeapScript().Allocate("a", Gen1).Collect(1, static gc => gc.Move(Gen1, Gen0, 200));
        Assert.Equal("a", heap.Followed);
        Assert.Equal("", heap.Collect(0, static _ => { }).Followed);
    }

    /// <summary>Only its last word counts, and it does not know of objects that were allocated since it began, nor of those that a collection in between has moved.</summary>
    [Fact]
    public void BackgroundCollection_WithNestedOnes_KeepsEachToItself()
    {
        var heap = new HeapScript().Allocate("old", Gen2).Allocate("oldDead", Gen2 + 4096);
        var background = heap.Begin(2, isBackground: true);
        heap.Ranges().Go().Allocate("young", Gen0).Allocate("youngDead", Gen0 + 4096);
        heap.Collect(1, static gc => gc.Move(Gen0, Gen2 + 8192, 200));
        Assert.Equal("old oldDead young", heap.Followed);
        heap.Allocate("later", Gen0);

        // Three heaps tell their part; meanwhile nothing can be allocated, but an event may come late.
        heap.Stay(Gen2, 200).Stay(Gen2 + 8192, 200).Stay(Gen0, 200).Allocate("last", Gen0 + 4096);
        heap.Live.Resumed();
        Assert.Equal("last? later? old young", heap.Followed);
        heap.Ranges().End(background);
        Assert.Equal("last? later? old young", heap.Followed);
        Assert.Equal(600u, heap.Live.LastWholeHeap!.Bytes);
        Assert.Equal(background, heap.Live.LastWholeHeap.Collection);
    }

    [Fact]
    public void BackgroundCollection_ItsLastWordWithoutAResume_EndsWithTheNextEvent()
    {
        var heap = new HeapScript().Allocate("a", Gen2).Allocate("dead", Gen2 + 4096);
        heap.Begin(2, isBackground: true);
        heap.Ranges().Go().Stay(Gen2, 200);
        heap.Collect(0, static _ => { });
        Assert.Equal("a", heap.Followed);
    }

    /// <summary>The first background collection of a process blocks when its thread is not there yet.</summary>
    [Fact]
    public void BackgroundCollection_ThatBlocks_IsABlockingOne()
    {
        var heap = new HeapScript().Allocate("a", Gen2).Allocate("dead", Gen2 + 4096);
        var number = heap.Begin(2, isBackground: true);
        heap.Ranges().Move(Gen2, Gen2 + 8192, 200).Ranges().End(number).Go();
        Assert.Equal("a", heap.Followed);
        Assert.Equal("a", heap.Collect(2, static gc => gc.Stay(Gen2 + 8192, 200)).Followed);
        Assert.Equal(0, heap.Live.Strays);
    }

    /// <summary>Its first step may be a collection of the young generations, while the program is still stopped.</summary>
    [Fact]
    public void BackgroundCollection_WithOneInItsFirstStop_IsOneInTheBackground()
    {
        var heap = new HeapScript().Allocate("old", Gen2).Allocate("young", Gen0);
        var number = heap.Begin(2, isBackground: true);
        heap.Ranges().Collect(0, static gc => gc.Move(Gen0, Gen1, 200)).Go();
        Assert.Equal("old young", heap.Followed);
        heap.Stay(Gen1, 200).Go().Ranges().End(number);
        Assert.Equal("young", heap.Followed);
    }

    /// <summary>A region that a background collection has emptied and a younger generation has taken: what was in it is dead, also when survivors stand where it was.</summary>
    [Fact]
    public void MemoryOfAnotherGeneration_HasNoOldObjects()
    {
        var heap = new HeapScript().Allocate("a", Other);
        var number = heap.Begin(0);
        heap.Live.GenerationRange(2, Other, 1 << 22, 1 << 22);
        heap.Live.GenerationRange(0, Gen0, 1 << 22, 1 << 22);
        heap.Stay(Gen0, 8);
        heap.Live.GenerationRange(2, Other, 1 << 22, 1 << 22);
        heap.Live.GenerationRange(0, Gen0, 1 << 22, 1 << 22);
        heap.End(number);
        Assert.Equal("a", heap.Followed);
        number = heap.Begin(0);
        heap.Live.GenerationRange(0, Gen0, 1 << 22, 1 << 22);
        heap.Live.GenerationRange(0, Other, 1 << 22, 1 << 22);
        heap.Stay(Other, 4096).End(number);
        Assert.Equal("", heap.Followed);
        Assert.Equal(1, heap.Live.Replaced);
    }

    /// <summary>It began before anybody listened: it tells nothing, and nothing is concluded.</summary>
    [Fact]
    public void BackgroundCollection_ThatTellsNothing_ChangesNothing()
    {
        var heap = new HeapScript().Allocate("a", Gen2);
        var number = heap.Begin(2, isBackground: true);
        heap.Ranges().Go().Ranges().End(number);
        Assert.Equal("a?", heap.Followed);
    }

    [Fact]
    public void Ranges_OutsideOfAnyCollection_AreCounted_AndChangeNothing()
    {
        var heap = new HeapScript().Allocate("a", Gen2).Stay(Gen0, 200).Move(Gen2, Gen0, 200);
        heap.Live.Resumed();
        Assert.Equal("a?", heap.Followed);
        Assert.Equal(2, heap.Live.Strays);
    }

    /// <summary>Memory that a background collection has freed can be used before it tells: what is moved or allocated there shows that the old object is dead.</summary>
    [Fact]
    public void ReusedMemory_MeansThatTheOldObjectIsDead()
    {
        var heap = new HeapScript().Allocate("dead", Gen2 + 64).Allocate("dead2", Large, 100_000).Allocate("young", Gen0);
        heap.Begin(2, isBackground: true);
        heap.Ranges().Go().Collect(1, static gc => gc.Move(Gen0 - 64, Gen2, 4096));
        heap.Allocate("new", Large, 90_000);
        Assert.Equal("new? young", heap.Followed);
        Assert.Equal(2, heap.Live.Replaced);

        // The last word has the memory of "new" as a whole. Had it been used for two smaller objects, "new" would not fit in the range.
        heap.Stay(Large, 80_000);
        heap.Live.Resumed();
        Assert.Equal("", heap.Followed);
    }

    /// <summary>
    /// A background collection sweeps generation 0 without a word, and threads allocate where it found room. What survives there next is rarely a "garbage", of which none ever survived, and surely an
    /// "item", of which all did.
    /// </summary>
    [Fact]
    public void Suspects_AreKept_WithTheProbabilityThatTheyAreStillThemselves()
    {
        var heap = new HeapScript();
        for (var round = 0; round < 50; round++)
            heap.Allocate("garbage", Gen0).Allocate("item", Gen0 + 8192).Collect(0, static gc => gc.Move(Gen0 + 8192, Other, 200)).Collect(1, static _ => { });
        Assert.Equal("", heap.Followed);

        for (var i = 0UL; i < 100; i++)
            heap.Allocate("garbage", Gen0 + i * 1000).Allocate("item", Gen0 + i * 1000 + 500);
        var number = heap.Begin(2, isBackground: true);
        heap.Ranges().Go().Go();
        // The last word cannot tell either: what is alive there may be new.
        heap.Stay(Gen0, 1 << 20).Go().Ranges().End(number);
        Assert.Equal(200, heap.Live.Count);
        heap.Allocate("last", Gen0 + (1 << 20)).Collect(0, static gc => gc.Stay(Gen0, 2 << 20));

        var names = heap.Followed.Split(' ');
        Assert.InRange(names.Count(static one => one == "item"), 95, 100);
        Assert.InRange(names.Count(static one => one == "garbage"), 0, 10);
        Assert.Contains("last", names);
    }

    /// <summary>Ranges have whole objects: one that ends outside of the range that it begins in is gone.</summary>
    [Fact]
    public void ObjectsThatARangeCuts_AreGone() =>
        Assert.Equal("b", new HeapScript().Allocate("a", Gen0, 1000).Allocate("b", Gen0 + 2000, 1000).Collect(0, static gc => gc.Move(Gen0, Gen1, 800).Move(Gen0 + 2000, Gen1 + 1000, 1000)).Followed);

    [Fact]
    public void MemoryThatWasGivenBack_HasNoLiveObjects()
    {
        var heap = new HeapScript().Allocate("a", Other).Allocate("b", Gen2);
        Assert.Equal("b", heap.Collect(0, static _ => { }).Followed);
    }

    [Fact]
    public void LostEvents_InACollection_AreCountedAsUntraced_NotAsDead()
    {
        var heap = new HeapScript().Allocate("a", Gen0).Allocate("b", Gen0 + 4096).Allocate("old", Gen2);
        heap.Collect(0, static gc => { gc.Stay(Gen0, 200); gc.Live.Lost(3); });
        Assert.Equal("a old", heap.Followed);
        Assert.Equal(1, heap.Live.Untraced.Objects * new SamplingRate(SamplingRate.RuntimeMeanBytes).Probability(200), 9);

        // The next collection is whole again.
        heap.Collect(0, static _ => { });
        Assert.Equal(1, heap.Live.Untraced.Objects * new SamplingRate(SamplingRate.RuntimeMeanBytes).Probability(200), 9);
    }

    [Fact]
    public void MissingCollection_MeansThatNoPlaceIsKnown()
    {
        var heap = new HeapScript().Allocate("a", Gen2).Collect(0, static _ => { }).Skip().Collect(0, static _ => { });
        Assert.Equal("", heap.Followed);
        Assert.True(heap.Live.Untraced.Bytes > 0);
    }

    [Fact]
    public void MissingEnd_EndsWithTheNextStart_AndWhatWasNotToldIsUntraced()
    {
        var heap = new HeapScript().Allocate("a", Gen0).Allocate("b", Gen0 + 4096);
        heap.Begin(0);
        heap.Ranges().Stay(Gen0, 200);
        heap.Collect(1, static gc => gc.Stay(Gen0, 200));
        Assert.Equal("a", heap.Followed);
        Assert.True(heap.Live.Untraced.Bytes > 0);
    }

    [Theory]
    [InlineData(0UL, ulong.MaxValue)]
    [InlineData(ulong.MaxValue, ulong.MaxValue)]
    [InlineData(Gen0, 0UL)]
    [InlineData(ulong.MaxValue - 10, 100UL)]
    public void LyingRanges_AreBounded(ulong start, ulong length)
    {
        var heap = new HeapScript().Allocate("a", Gen0, ulong.MaxValue).Allocate("b", Gen2);
        heap.Begin(2);
        heap.Live.GenerationRange(7, start, length, length);
        heap.Move(start, start / 2, length).Stay(start, length).End(1);
        heap.Begin(2, isBackground: true);
        heap.Go().Stay(start, length).End(2);
        Assert.InRange(heap.Live.Count, 0, 2);
    }

    /// <summary>The limit halves the samples again and again; the sum of what they stand for stays what it was, within the error that it states.</summary>
    [Fact]
    public void Thinning_KeepsTheEstimate()
    {
        var heap = new HeapScript(limit: 5_000);
        var random = new Random(7);
        var truth = default(Estimate);
        for (var i = 0; i < 60_000; i++)
        {
            var size = (ulong)(random.Next(10) == 0 ? random.Next(80_000, 300_000) : random.Next(24, 4_000)) & ~7UL;
            truth += SamplingRate.OfRuntime.Of(size);
            heap.Allocate("a", Gen2 + (ulong)i * 300_000, size);
        }
        var estimate = default(Estimate);
        heap.Live.ForEach((_, size, _) => estimate += heap.Live.Rate.Of(size));

        Assert.InRange(heap.Live.Count, 1_000, 5_000);
        Assert.True(heap.Live.Rate.MeanBytes > SamplingRate.RuntimeMeanBytes * 4);
        var error = Math.Sqrt(estimate.BytesVariance);
        Assert.InRange(estimate.Bytes, truth.Bytes - 3 * error, truth.Bytes + 3 * error);
        Assert.InRange(estimate.Objects, truth.Objects - 3 * Math.Sqrt(estimate.ObjectsVariance), truth.Objects + 3 * Math.Sqrt(estimate.ObjectsVariance));
        Assert.InRange(error / estimate.Bytes, 0.005, 0.05);
    }
}
