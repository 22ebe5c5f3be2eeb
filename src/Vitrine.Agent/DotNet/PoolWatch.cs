using Vitrine.DotNet.Counters;
using Vitrine.DotNet.Outside;
using Vitrine.DotNet.Starvation;
using Vitrine.Insight.Findings;
using Vitrine.Insight.Starvation;
using Vitrine.Instruments;

namespace Vitrine.Agent.DotNet;

/// <summary>Watches what blocks the workers of a .NET process's thread pool, beside the other looks, and says whether the pool starves.</summary>
sealed class PoolWatch : IDisposable
{
    readonly CancellationTokenSource _over = new();
    readonly Task<StarvationRecord> _recording;
    readonly List<PoolLook> _looks = [];

    // A thread of its own: recording is waiting.
    PoolWatch(DotNetTarget target, TimeSpan most) =>
        _recording = Task.Factory.StartNew(() => new StarvationInstrument().Look(target, most, _over.Token), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Begins.</summary>
    /// <param name="target">The process.</param>
    /// <param name="most">How long at most; <see cref="Conclude"/> ends it.</param>
    public static PoolWatch Start(DotNetTarget target, TimeSpan most) => new(target, most);

    /// <summary>Takes down how large the pool is and how long its queue.</summary>
    public void Look(TimeSpan at, RuntimeCounterSession? session)
    {
        if (session?.Latest is { Count: > 0 } latest && latest.TryGetValue("threadpool-thread-count", out var workers) && latest.TryGetValue("threadpool-queue-length", out var queued))
            _looks.Add(new(at, workers.Value, queued.Value));
    }

    /// <summary>What it cost the process, as a clause; empty when nothing was recorded.</summary>
    public string Cost { get; private set; } = "";

    /// <summary>Ends the recording and concludes.</summary>
    public Growth Conclude()
    {
        _over.Cancel();
        try
        {
            var record = _recording.GetAwaiter().GetResult();
            Cost = record.Blocked.Cost;
            return Of(StarvationFinder.Find(record, _looks));
        }
        catch (InstrumentUnavailableException e)
        {
            return Of(new("thread pool: cannot be judged", Verdict.None, new(0, "nothing to compute it from"), [new($"Not judged: {e.Message.TrimEnd('.')}.", Provenance.Read("the runtime's reports of waits"))], ["what its workers wait for"], []));
        }
    }

    Growth Of(Finding finding) => new("pool", [.. _looks.Select(static look => look.Queued)], default, finding);

    public void Dispose()
    {
        _over.Cancel();
        // What went wrong was said by Conclude, or nobody asked.
        ((IAsyncResult)_recording).AsyncWaitHandle.WaitOne();
        _ = _recording.Exception;
        _over.Dispose();
    }
}
