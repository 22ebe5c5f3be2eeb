using Vitrine.DotNet.Custom;
using Vitrine.Instruments;

namespace Vitrine.DotNet.Tests;

public sealed class DotNetInstrumentsTests
{
    [Fact]
    public void AddTo_EmptyRegistry_OffersEveryInstrumentWithADescription()
    {
        var registry = DotNetInstruments.AddTo(new InstrumentRegistry());

        Assert.Subset(registry.All.Select(static one => one.Name).ToHashSet(), new HashSet<string> { "allocs", "async", "block", "cpu", "exceptions", "gc", "heap", "goroutine", "memstats", "mutex", "runtime", "starvation", "threadcreate", "trace" });
        Assert.All(registry.All, static one => Assert.NotEmpty(one.Description));
    }

    [Fact]
    public void AddTo_WithCustomProfile_OffersItUnderItsName()
    {
        using var connections = new CustomProfile("connections");

        var registry = DotNetInstruments.AddTo(new InstrumentRegistry(), new() { CustomProfiles = [connections] });

        Assert.True(registry.TryGet("connections", out var found));
        Assert.Same(connections, found);
    }
}
