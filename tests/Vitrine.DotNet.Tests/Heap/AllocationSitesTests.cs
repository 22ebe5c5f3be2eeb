using Vitrine.DotNet.Allocations;

namespace Vitrine.DotNet.Tests.Heap;

public sealed class AllocationSitesTests
{
    [Fact]
    public void Add_SameStackAndType_IsOneSite()
    {
        var sites = new AllocationSites(AllocationLimits.Default);
        var first = sites.Add([1, 2, 3], "T", 100);
        Assert.Equal(first, sites.Add([1, 2, 3], "T", 300));
        Assert.NotEqual(first, sites.Add([1, 2, 3], "U", 100));
        Assert.NotEqual(first, sites.Add([1, 2], "T", 100));
        Assert.Equal([1UL, 2, 3], sites[first].Stack);
        Assert.Equal("T", sites[first].Type);
        Assert.Equal(SamplingRate.OfRuntime.Of(100) + SamplingRate.OfRuntime.Of(300), sites.Allocated(first));
        Assert.Equal((4, 0, 3), (sites.Samples, sites.Indistinct, sites.Count));
    }

    [Fact]
    public void Add_BeyondTheLimits_IsCountedTogether()
    {
        var sites = new AllocationSites(new() { Stacks = 2, Types = 2, StackDepth = 4, TypeNameLength = 3, StackAddresses = 100 });
        for (ulong i = 1; i <= 10; i++)
            sites.Add([i], $"T{i}", 100);
        Assert.Equal(8, sites.Indistinct);
        Assert.Equal(3, sites.Count);
        Assert.Equal(10 * SamplingRate.OfRuntime.Of(100).Bytes, Enumerable.Range(0, sites.Count).Sum(one => sites.Allocated(one).Bytes), 1e-3);

        var other = new AllocationSites(new() { StackDepth = 4, TypeNameLength = 3 });
        var site = other.Add([1, 2, 3, 4, 5, 6], "abcdef", 100);
        Assert.Equal([1UL, 2, 3, 4], other[site].Stack);
        Assert.Equal("abc", other[site].Type);
    }
}
