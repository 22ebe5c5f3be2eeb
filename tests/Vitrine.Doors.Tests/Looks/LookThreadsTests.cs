using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Vitrine.Doors.Looks;
using Vitrine.Doors.Tests.Support;
using Vitrine.Guard.Identity;

namespace Vitrine.Doors.Tests.Looks;

public sealed class LookThreadsTests
{
    static readonly TimeSpan s_bound = TimeSpan.FromSeconds(30);

    readonly ConcurrentBag<Thread> _started = [];

    // However busy the machine is.
    LookThreads Threads() => Threads(Timeout.InfiniteTimeSpan);

    LookThreads Threads(TimeSpan patience) => new(thread =>
    {
        _started.Add(thread);
        thread.UnsafeStart();
    })
    { Patience = patience };

    [Theory]
    [InlineData("watched"), InlineData(PageName.CommandLine)]   // with others, and alone
    public async Task Take_WhenNoThreadCanBeStarted_IsUnavailable_AndGivesItsPlaceBack(string name)
    {
        var known = TestDoor.DeskOf(null, new Watched("watched"));
        var desk = new LookDesk(known.Guard, known.Services) { StartThread = static _ => throw new OutOfMemoryException() };

        using (var answer = await desk.Take(new("test", "", name, default, new Credentials { Address = System.Net.IPAddress.Loopback }), default))
            Assert.Equal(LookStatus.Unavailable, answer.Status);

        Assert.Equal(0, desk.Guard.ActiveLooks);
    }

    [Fact]
    public async Task Run_OneAfterTheOther_IsOneThread_AndNotOfThePool()
    {
        var threads = Threads();
        for (var i = 0; i < 100; i++)
        {
            var (thread, isOfThePool) = await threads.Run(() => (Thread.CurrentThread, Thread.CurrentThread.IsThreadPoolThread), TaskCreationOptions.RunContinuationsAsynchronously);
            Assert.Same(Assert.Single(_started), thread);
            Assert.False(isOfThePool);
        }
    }

    [Fact]
    public async Task Run_ManyAtOnce_HaveAThreadEach_AndFewStay()
    {
        const int Looks = 3 * LookThreads.MostKept;
        var threads = Threads();
        using var all = new Barrier(Looks);
        // None returns before all of them run.
        Assert.All(await Task.WhenAll(Enumerable.Range(0, Looks).Select(_ => threads.Run(() => all.SignalAndWait(s_bound), TaskCreationOptions.RunContinuationsAsynchronously))).WaitAsync(s_bound), Assert.True);
        Assert.Equal(Looks, _started.Count);
        Assert.True(SpinWait.SpinUntil(() => _started.Count(static one => one.IsAlive) == LookThreads.MostKept, s_bound));
        using var again = new Barrier(LookThreads.MostKept);
        Assert.All(await Task.WhenAll(Enumerable.Range(0, LookThreads.MostKept).Select(_ => threads.Run(() => again.SignalAndWait(s_bound), TaskCreationOptions.RunContinuationsAsynchronously))).WaitAsync(s_bound), Assert.True);
        Assert.Equal(Looks, _started.Count);
    }

    [Fact]
    public async Task Run_WhatALookLeavesInItsContext_IsNotForTheNextOne_NorIsTheCallers()
    {
        var threads = Threads();
        var local = new AsyncLocal<string?> { Value = "the caller's" };

        var first = await threads.Run(() =>
        {
            var seen = local.Value;
            local.Value = "the look's";
            return seen;
        }, TaskCreationOptions.RunContinuationsAsynchronously);
        var second = await threads.Run(() => local.Value, TaskCreationOptions.RunContinuationsAsynchronously);

        Assert.Equal((null, null), (first, second));
        Assert.Equal("the caller's", local.Value);
        Assert.Single(_started);
    }

    [Fact]
    public async Task Run_LookThatThrows_GivesItsException_AndItsThreadGoesOn()
    {
        var threads = Threads();

        await Assert.ThrowsAsync<InvalidDataException>(() => threads.Run<int>(static () => throw new InvalidDataException(), TaskCreationOptions.RunContinuationsAsynchronously));

        Assert.Equal(1, await threads.Run(static () => 1, TaskCreationOptions.RunContinuationsAsynchronously));
        Assert.Single(_started);
    }

    [Fact]
    public async Task Run_FromManySides_LosesNothing()
    {
        var threads = Threads();
        long sum = 0;
        await Task.WhenAll(Enumerable.Range(0, 16).Select(side => Task.Run(async () =>
        {
            for (var i = 0; i < 500; i++)
                Interlocked.Add(ref sum, await threads.Run(() => i, i % 2 == 0 ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None));
        }))).WaitAsync(s_bound);
        Assert.Equal(16L * 500 * 499 / 2, sum);
    }

    [Fact]
    public void Run_WhatALookSaw_IsNotKeptByTheThreadThatWaits()
    {
        var threads = Threads();
        var seen = Look(threads);
        Assert.True(SpinWait.SpinUntil(() =>
        {
            GC.Collect();
            return !seen.IsAlive;
        }, s_bound));
        Assert.True(Assert.Single(_started).IsAlive);
    }

    // Waits here and returns: the frame of a method that goes on after its await would keep it too.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static WeakReference Look(LookThreads threads)
    {
        var look = threads.Run(static () => new byte[1000]);
        Assert.True(look.Wait(s_bound));
        return new(look.Result);
    }

    [Fact]
    public void Run_ThreadThatWaitsInVain_Ends_AndTheNextLookHasAnother()
    {
        var threads = Threads(TimeSpan.Zero);

        Assert.True(threads.Run(static () => true).Wait(s_bound));
        Assert.True(Assert.Single(_started).Join(s_bound));
        Assert.True(threads.Run(static () => true).Wait(s_bound));
        Assert.Equal(2, _started.Count);
    }
}
