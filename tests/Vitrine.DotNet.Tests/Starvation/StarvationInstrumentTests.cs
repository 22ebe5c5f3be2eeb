using System.Runtime.CompilerServices;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Starvation;
using Vitrine.DotNet.Tests.Events;

namespace Vitrine.DotNet.Tests.Starvation;

public sealed class StarvationInstrumentTests(ITestOutputHelper output)
{
    /// <summary>Work that waits for work of the same pool.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void SyncOverAsync(Task until) => until.Wait();

    [Fact]
    public void Look_WorkersWaitForTasks_HasTheStackAndWhatThePoolDid()
    {
        var release = new TaskCompletionSource();
        var work = 4 * Environment.ProcessorCount + 20;
        var blocking = new CountdownEvent(ThreadPool.ThreadCount + 2);
        List<Task> tasks = [];
        StarvationRecord record;
        try
        {
            record = While.Recording(RuntimeKeywords.WaitHandle, stop => new StarvationInstrument().Look(SelfTarget.Instance, TimeSpan.FromSeconds(60), stop), () =>
            {
                for (var i = 0; i < work; i++)
                {
                    tasks.Add(Task.Run(() =>
                    {
                        if (!blocking.IsSet) blocking.Signal();
                        SyncOverAsync(release.Task);
                    }));
                }
                // Queued, and no worker for it for a while.
                Assert.True(blocking.Wait(TimeSpan.FromSeconds(30)));
                Thread.Sleep(700);
            });
        }
        finally
        {
            release.SetResult();
        }
        Task.WaitAll([.. tasks]);
        output.WriteLine(record.Blocked.Look.Result.Text());

        Assert.True(record.AdjustmentsForBlockedWorkers > 0, string.Join(", ", record.Adjustments));
        var blocked = record.Blocked.Look.Result.With(".SyncOverAsync");
        Assert.NotEmpty(blocked);
        Assert.All(blocked, static one => Assert.Equal("task", one.Labels.Text("waits_for")));
        Assert.True(record.BlockedOnTasks > TimeSpan.FromSeconds(0.5));
        Assert.True(record.BlockedTime >= record.BlockedOnTasks);
        Assert.True(record.LongestQueue.Value > 0);
    }

    [Fact]
    public void Look_AQuietPool_HasNothingOfIt()
    {
        var record = While.Recording(RuntimeKeywords.WaitHandle, stop => new StarvationInstrument().Look(SelfTarget.Instance, TimeSpan.FromSeconds(60), stop), static () => Task.Run(static () => 1).Wait());

        Assert.DoesNotContain(record.Adjustments, static one => one.Reason == "Starvation");
        Assert.Equal(TimeSpan.Zero, record.BlockedOnTasks);
    }
}
