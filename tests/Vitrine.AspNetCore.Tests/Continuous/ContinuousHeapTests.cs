using Microsoft.Extensions.DependencyInjection;
using Vitrine.AspNetCore.Continuous;
using Vitrine.Pprof;
using Vitrine.Pprof.Wire;

namespace Vitrine.AspNetCore.Tests.Continuous;

[Collection(nameof(Alone))]
public sealed class ContinuousHeapTests
{
    const int Kept = 400, Size = 100_000;

    static readonly List<byte[]> s_kept = [];

    static void Keep()
    {
        for (var i = 0; i < Kept; i++) s_kept.Add(new byte[Size]);
    }

    static double InUse(Profile profile)
    {
        var type = profile.SampleTypeIndex("inuse_space");
        return profile.Samples.Where(sample => profile.FunctionsOf(sample).Any(static one => one.Name == "ContinuousHeapTests.Keep" || one.Name.EndsWith(".Keep", StringComparison.Ordinal))).Sum(sample => (double)sample.Values[type]);
    }

    [Fact]
    public async Task Heap_WatchedAllTheTime_GcOneIsTheStateAfterwards_AndSecondsIsWhatChanged()
    {
        await using var service = await TestService.Start(static options => options.Continuous["heap"] = true);
        Assert.NotNull(service.Services.GetRequiredService<ContinuousHeap>().Tracking);
        async Task<Profile> Read(string query) => ProfileReader.Read(await service.Client.GetByteArrayAsync("/debug/pprof/heap?" + query));
        await Read("gc=1");

        Keep();
        var after = await Read("gc=1");
        var change = await Read("seconds=1");

        // Arrays of nearly the mean distance of samples: the error of 400 of them is some 4 %, and 20 % is five times that.
        Assert.InRange(InUse(after), 0.8 * Kept * Size, 1.2 * Kept * Size);
        // What was there before is not in the difference. A recording of its own could not know of it either, but has no look to subtract, and says nothing of two.
        Assert.Equal(0, InUse(change));
        GC.KeepAlive(s_kept);

        s_kept.Clear();
        Assert.InRange(InUse(await Read("gc=1")), 0, 0.05 * Kept * Size);
    }

    [Fact]
    public async Task Heap_WatchedAllTheTime_SecondsSubtractsTwoLooks()
    {
        await using var service = await TestService.Start(static options => options.Continuous["heap"] = true);
        Keep();
        await service.Client.GetByteArrayAsync("/debug/pprof/heap?gc=1");

        var asked = service.Client.GetByteArrayAsync("/debug/pprof/heap?seconds=3");
        await Task.Delay(500);
        s_kept.Clear();
        GC.Collect();
        var change = ProfileReader.Read(await asked);

        // What is freed is less than nothing, which only two looks can say.
        Assert.InRange(InUse(change), -1.2 * Kept * Size, -0.8 * Kept * Size);
    }
}
