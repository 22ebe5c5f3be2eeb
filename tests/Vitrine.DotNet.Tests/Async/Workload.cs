using System.Runtime.CompilerServices;

namespace Vitrine.DotNet.Tests.Async;

/// <summary>Async operations that stand where they are told to, and say at which line that is.</summary>
sealed class Workload : IDisposable
{
    readonly TaskCompletionSource<int> _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly SemaphoreSlim _semaphore = new(0);
    readonly List<Task> _tasks = [];
    int _waiting;

    public int HandlerLine, ServiceLine, RepositoryLine, SleeperLine, QueuerLine, GathererLine;

    static int Line([CallerLineNumber] int line = 0) => line;

    /// <summary>Three methods deep, behind a task that somebody else completes.</summary>
    public void Handle(int count) => Start(count, Handler);

    /// <summary>Behind a delay.</summary>
    public void Sleep(int count) => Start(count, Sleeper);

    /// <summary>Behind a semaphore, by way of a ValueTask.</summary>
    public void Queue(int count) => Start(count, Queuer);

    /// <summary>One that waits for <paramref name="count"/> sleepers.</summary>
    public void Gather(int count)
    {
        Interlocked.Add(ref _waiting, count);
        _tasks.Add(Gatherer(count));
    }

    /// <summary>A thread that blocks on an async method, as one should not.</summary>
    public Thread Block()
    {
        Interlocked.Increment(ref _waiting);
        var thread = new Thread(() => Handler().GetAwaiter().GetResult());
        thread.Start();
        return thread;
    }

    void Start(int count, Func<Task> operation)
    {
        Interlocked.Add(ref _waiting, count);
        for (var i = 0; i < count; i++) _tasks.Add(operation());
    }

    /// <summary>Until every operation stands at its last await.</summary>
    public void Settle() => Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref _waiting) == 0, TimeSpan.FromSeconds(60)));

    async Task Handler()
    {
        await Task.Yield();
        HandlerLine = Line(); await Service();
    }

    async Task<int> Service()
    {
        ServiceLine = Line() + 1;
        return await Repository() + 1;
    }

    async Task<int> Repository()
    {
        Interlocked.Decrement(ref _waiting);
        RepositoryLine = Line(); return await _gate.Task.ConfigureAwait(false);
    }

    async Task Sleeper()
    {
        Interlocked.Decrement(ref _waiting);
        SleeperLine = Line(); await Task.Delay(TimeSpan.FromHours(1), _cancel.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    readonly CancellationTokenSource _cancel = new();

    async Task Queuer()
    {
        QueuerLine = Line(); await Inside();

        async ValueTask Inside()
        {
            Interlocked.Decrement(ref _waiting);
            await _semaphore.WaitAsync();
        }
    }

    async Task Gatherer(int count)
    {
        GathererLine = Line(); await Task.WhenAll(Enumerable.Range(0, count).Select(_ => Sleeper()));
    }

    /// <summary>Lets everything end.</summary>
    public void Dispose()
    {
        _gate.TrySetResult(1);
        _semaphore.Release(1000);
        _cancel.Cancel();
        Assert.True(Task.WaitAll([.. _tasks], TimeSpan.FromSeconds(60)));
        _semaphore.Dispose();
        _cancel.Dispose();
    }
}
