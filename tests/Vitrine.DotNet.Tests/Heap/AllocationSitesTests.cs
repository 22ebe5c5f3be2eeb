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

    /// <summary>Each stack may allocate each type: neither limit bounds their pairs.</summary>
    [Fact]
    public void Add_MorePairsThanSites_IsCountedTogether()
    {
        var sites = new AllocationSites(new() { Sites = 5 });
        for (ulong stack = 1; stack <= 10; stack++)
            for (var type = 0; type < 10; type++)
                sites.Add([stack], $"T{type}", 100);
        sites.Add([1], "T0", 100);

        Assert.Equal((6, 95, 101), (sites.Count, sites.Indistinct, sites.Samples));
        Assert.Equal(101 * SamplingRate.OfRuntime.Of(100).Bytes, Enumerable.Range(0, sites.Count).Sum(one => sites.Allocated(one).Bytes), 1e-3);
        Assert.Equal(95, sites.Allocated(5).Bytes / SamplingRate.OfRuntime.Of(100).Bytes, 1e-6);
        Assert.Equal(("(other types)", 0), (sites[5].Type, sites[5].Stack.Length));
    }
}
