using Vitrine.DotNet.Allocations;
using Vitrine.DotNet.Heap;

namespace Vitrine.DotNet.Tests.Heap;

public sealed class SimulatedHeapTests
{
    /// <summary>After each of thousands of collections of every kind, exactly the objects that are still in the simulated heap's memory are followed.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Followed_AfterEveryCollection_IsWhatIsInMemory(int seed)
    {
        var sites = new AllocationSites(new() { Types = 1_000_000 });
        var live = new LiveObjects(sites, 1_000_000, seed);
        var heap = new SimulatedHeap(seed, live);
        for (var round = 0; round < 150; round++)
        {
            heap.Run(4);
            List<int> followed = [];
            live.ForEach((site, _, _) => followed.Add(int.Parse(sites[site].Type)));
            followed.Sort();
            Assert.Equal(heap.InMemory, followed);
        }
        Assert.True(heap.Collections > 500);
        Assert.Equal((0, 0), (live.Strays, (long)live.Untraced.Bytes));
    }
}
