using Vitrine.Go;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Recorder;

/// <summary>All sources of one recorder.</summary>
sealed class EventSources : IDisposable
{
    readonly List<IEventSource> sources = [];
    SnapshotSource? snapshots;

    EventSources()
    {
    }

    /// <summary>Their names.</summary>
    public IEnumerable<string> Names => sources.Select(static source => source.Name);

    /// <summary>The goroutines of some seconds ago; null when nobody asked for them, or they could not be read.</summary>
    public GoroutineSnapshot? Before => snapshots?.Latest;

    /// <summary>
    /// Puts the probes in place. Panics and collections are always watched: they cost next to nothing, and what happened before a panic is what a recorder is for.
    /// What costs more is watched when a trigger asks for it.
    /// </summary>
    /// <param name="attach">Makes a view of the target.</param>
    /// <param name="options">The triggers and the budget, which the probes share.</param>
    public static EventSources Start(Func<GoTarget> attach, RecorderOptions options)
    {
        var slow = options.Trigger(TriggerKind.SlowRequest);
        var share = options.Budget / (slow is null ? 2 : 3);
        var all = new EventSources();
        try
        {
            all.Add(attach, target => new SampleSource(target));
            all.Add(attach, target => new PanicSource(target, options, share));
            all.Add(attach, target => new CollectorSource(target, options, share));
            if (slow is not null)
                all.Add(attach, target => new RequestSource(target, slow, share));
            if (options.Trigger(TriggerKind.Leak) is { } leak)
                all.Add(attach, target => new LeakSource(target, leak, LeakSource.Every));
            if (options.Trigger(TriggerKind.Crash) is not null)
                all.Add(attach, target => all.snapshots = new SnapshotSource(target));
            return all;
        }
        catch
        {
            all.Dispose();
            throw;
        }
    }

    /// <summary>Watches until <paramref name="ending"/> is cancelled or one of them sees the end of the target, which ends all.</summary>
    /// <returns>False when the target ended.</returns>
    public async Task<bool> Run(FlightRecorder recorder, CancellationTokenSource ending)
    {
        try
        {
            var running = sources.Select(source => Task.Run(() => UntilItEnds(source, recorder, ending.Token), CancellationToken.None)).ToList();
            await Task.WhenAny(running).ConfigureAwait(false);
            var alive = ending.IsCancellationRequested;
            await ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(running).ConfigureAwait(false);
            return alive;
        }
        finally
        {
            recorder.Complete();
        }
    }

    /// <summary>What the probes cost and lost.</summary>
    public IReadOnlyList<KeyValuePair<string, ProbeReport>> Reports() =>
        [.. sources.Select(static source => KeyValuePair.Create(source.Name, source.Report())).Where(static one => one.Value is not null).Select(static one => KeyValuePair.Create(one.Key, one.Value!))];

    /// <summary>What the reading of the others costs.</summary>
    public IReadOnlyList<KeyValuePair<string, ReadingBill>> Readings() =>
        [.. sources.Where(static source => source.Reading is not null).Select(static source => KeyValuePair.Create(source.Name, source.Reading!))];

    public void Dispose() => sources.ForEach(static source => source.Dispose());

    // Whichever source finds the target gone ends the watch; what it had seen by then was told.
    static async Task UntilItEnds(IEventSource source, FlightRecorder recorder, CancellationToken cancellation)
    {
        try
        {
            await source.Run(recorder, cancellation).ConfigureAwait(false);
        }
        catch (TargetGoneException)
        {
        }
    }

    void Add(Func<GoTarget> attach, Func<GoTarget, IEventSource> make)
    {
        var target = attach();
        try
        {
            sources.Add(make(target));
        }
        catch
        {
            target.Dispose();
            throw;
        }
    }
}
