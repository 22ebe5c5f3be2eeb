using System.Diagnostics;
using Vitrine.Go;
using Vitrine.Go.Binary;
using Vitrine.Go.Goroutines;
using Vitrine.Go.Goroutines.Formats;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.Agent.Recorder;

/// <summary>
/// Keeps the goroutines of some seconds ago, for a process that is gone when its recording is written. Only for those who ask for crashes: it reads all goroutines
/// regularly, at most a hundredth of the time.
/// </summary>
sealed class SnapshotSource : IEventSource
{
    static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    const int Rest = 100;

    readonly GoTarget target;
    volatile GoroutineSnapshot? latest;
    TimeSpan rest;

    /// <summary>Takes the first look: a crash can come at any time.</summary>
    public SnapshotSource(GoTarget target)
    {
        this.target = target;
        Look();
    }

    public string Name => "goroutines";

    /// <summary>The latest look; null when there was none.</summary>
    public GoroutineSnapshot? Latest => latest;

    public ReadingBill Reading { get; } = new();

    ReadingBill? IEventSource.Reading => Reading;

    public async Task Run(FlightRecorder recorder, CancellationToken cancellation)
    {
        while (!cancellation.IsCancellationRequested)
        {
            await Task.Delay(rest, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!cancellation.IsCancellationRequested)
                Look();
        }
    }

    void Look()
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var dump = Reading.Of(() => target.ReadGoroutines(new GoroutineDumpOptions { WithWaits = false }, CancellationToken.None));
            latest = new GoroutineSnapshot(dump.CapturedAt, GoroutineProfile.Of(dump));
        }
        catch (Exception e) when (e is GoBinaryException or TimeoutException)
        {
            // The last one stays; a recording without any says why it has no goroutines.
        }
        rest = Stopwatch.GetElapsedTime(started) * Rest;
        if (rest < Every)
            rest = Every;
    }

    public void Dispose() => target.Dispose();
}

/// <summary>The goroutines at one moment.</summary>
/// <param name="At">When.</param>
/// <param name="Profile">Their stacks.</param>
sealed record GoroutineSnapshot(DateTimeOffset At, Profile Profile);
