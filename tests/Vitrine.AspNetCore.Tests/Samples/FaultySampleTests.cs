using Vitrine.Pprof;

namespace Vitrine.AspNetCore.Tests.Samples;

/// <summary>Every fault of the sample is found by the profile that should find it.</summary>
public sealed class FaultySampleTests
{
    static SampleService Start() => new("faulty", "--urls", "http://127.0.0.1:0");

    /// <summary>The share of a profile's values that is in samples with a function whose name contains a text.</summary>
    static double Share(Profile profile, string function, int value)
    {
        double all = 0, with = 0;
        foreach (var sample in profile.Samples)
        {
            all += sample.Values[value];
            if (profile.FunctionsOf(sample).Any(one => one.Name.Contains(function, StringComparison.Ordinal))) with += sample.Values[value];
        }
        return all == 0 ? 0 : with / all;
    }

    static long Count(Profile profile, string function) => profile.Samples
        .Where(sample => profile.FunctionsOf(sample).Any(one => one.Name.Contains(function, StringComparison.Ordinal))).Sum(static sample => sample.Values[0]);

    [Fact]
    public async Task LeakedTasks_Async_ShowsThemAtTheirAwait()
    {
        using var service = Start();
        await service.Switch("leaked-tasks", on: true);

        var first = await service.Profile("async?seconds=2");
        var second = await service.Profile("async?seconds=4");

        Assert.InRange(Count(first, "LeakedTasks.AwaitReply"), 2, 250);
        Assert.True(Count(second, "LeakedTasks.AwaitReply") > Count(first, "LeakedTasks.AwaitReply"), "the longer look does not show more of them");
        Assert.True(Share(second, "LeakedTasks.AwaitReply", 0) > 0.5, "there is more of something else");
    }

    [Fact]
    public async Task HotLoop_Cpu_ShowsTheLoop()
    {
        using var service = Start();
        await service.Switch("hot-loop", on: true);

        var cpu = await service.Profile("profile?seconds=3");

        Assert.True(Share(cpu, "HotLoop.RecomputeChecksum", cpu.SampleTypeIndex("cpu")) > 0.5, "something else takes more time");
        Assert.Contains((await service.Profile("profile?seconds=1&rate=19")).Comments, static one => one.Contains("19 Hz", StringComparison.Ordinal) || one.Contains("EventPipe", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task LeakedTasks_Goroutine_ShowsThemAmongTheThreads()
    {
        using var service = Start();
        await service.Switch("leaked-tasks", on: true);

        // The async part is what began while it was watched.
        var goroutine = await service.Profile("goroutine?seconds=2");
        var text = await service.Client.GetStringAsync("/debug/pprof/goroutine?debug=2");

        Assert.True(Count(goroutine, "LeakedTasks.AwaitReply") > 1, "the operations are not in it");
        Assert.Contains("LeakedTasks", text, StringComparison.Ordinal);   // the thread that begins them
    }

    [Fact]
    public async Task AllocationStorm_Allocs_ShowsWhoAllocates()
    {
        using var service = Start();
        await service.Switch("allocation-storm", on: true);

        var allocs = await service.Profile("allocs?seconds=3");

        Assert.True(Share(allocs, "AllocationStorm.RenderReport", allocs.SampleTypeIndex("alloc_space")) > 0.5, "somebody else allocates more");
    }

    [Fact]
    public async Task CacheLeak_Heap_ShowsWhoHoldsMemory()
    {
        using var service = Start();
        await service.Switch("cache-leak", on: true);

        var heap = await service.Profile("heap?seconds=5");

        Assert.True(Share(heap, "CacheLeak.Remember", heap.SampleTypeIndex("inuse_space")) > 0.5, "somebody else has more in use");
    }

    [Fact]
    public async Task LockConvoy_Mutex_ShowsWhoWaits()
    {
        using var service = Start();
        await service.Switch("lock-convoy", on: true);

        var mutex = await service.Profile("mutex?seconds=3");

        Assert.True(Share(mutex, "LockConvoy.Book", mutex.SampleTypeIndex("delay")) > 0.5, "somebody else waits longer");
        // Three of the four wait all the time.
        Assert.InRange(mutex.Samples.Sum(sample => sample.Values[mutex.SampleTypeIndex("delay")]) / 1e9 / (mutex.DurationNanos / 1e9), 1.5, 4.5);
    }

    [Fact]
    public async Task Starvation_Runtime_ShowsTheQueueGrow()
    {
        using var service = Start();
        await service.Client.GetStringAsync("/quote/spoon");
        var before = await service.Metric("dotnet_thread_pool_queue_length");
        await service.Switch("starvation", on: true);

        // The page itself needs a thread of the pool that starves: it is late, but it comes.
        await Wait.Until(async () => await service.Metric("dotnet_thread_pool_queue_length") >= 20, "the queue grows");

        Assert.InRange(before, 0, 10);
        await service.Switch("starvation", on: false);
    }

    [Fact]
    public async Task Panic_IsCounted_AndAnsweredWithoutItsSecret()
    {
        using var service = Start();

        using var answer = await service.Client.GetAsync("/panic");

        Assert.Equal(System.Net.HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.DoesNotContain("secret", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Contains("error_type=\"System.InvalidOperationException\"} 1", await service.Client.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }
}
