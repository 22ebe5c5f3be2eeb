using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Events;
using Vitrine.Instruments;

namespace Vitrine.DotNet.Gc;

/// <summary>
/// <c>gc</c>: every garbage collection – its number, generation, reason and kind, each pause with the time that stopping the threads took, and the heap before and after by generation.
/// </summary>
/// <remarks>A few hundred bytes of events for each collection, without stacks; nothing is spent between collections.</remarks>
/// <param name="budget">What watching may cost; null for the default.</param>
public sealed class GcInstrument(EventBudget? budget = null) : IEventInstrument
{
    readonly EventBudget _budget = budget ?? EventBudget.Default;

    /// <summary>Collections that wait for a slow reader, at most; the oldest give way.</summary>
    internal int MaximumWaiting { get; init; } = 4_096;

    /// <inheritdoc/>
    public string Name => "gc";

    /// <inheritdoc/>
    public string Description => "garbage collections: reason, pauses, heap before and after by generation";

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Events;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) => EventTarget.AvailabilityOf(target);

    /// <summary>Watches and returns every collection that ended meanwhile.</summary>
    /// <param name="target">The process.</param>
    /// <param name="duration">How long to watch.</param>
    /// <param name="stop">Ends the recording early and in order.</param>
    /// <exception cref="InstrumentUnavailableException">The target is no .NET process, or its runtime cannot be reached.</exception>
    public GcRecording Record(ITarget target, TimeSpan duration, CancellationToken stop)
    {
        List<GcCollection> collections = [];
        var end = Run(target, collections.Add, duration, stop, out var history);
        var notes = end.Notes().ToList();
        if (history.PausesWithoutCollection is > 0 and var without)
            notes.Add($"{without} pauses belong to collections that began before the recording.");
        notes.AddRange(LossNotes(history, collections.Count(static one => !one.IsWhole)));
        if (history.OtherSuspensions.Count is > 0 and var others)
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"All threads were stopped {others} times, {history.OtherSuspensions.Total.TotalMilliseconds:0.###} ms in all, for something other than a collection."));
        return new(end.StartedAt, end.Recording.Watched, collections, history.OtherSuspensions.Count, history.OtherSuspensions.Total, end.Lost, end.Cost, notes);
    }

    EventWatchEnd Run(ITarget target, Action<GcCollection> ended, TimeSpan duration, CancellationToken stop, out GcHistory history)
    {
        var dotnet = EventTarget.Require(target, Name);
        history = new GcHistory(ended);
        var end = EventWatch.Run(dotnet, [EventProvider.Runtime(RuntimeKeywords.Gc)], new GcSink(history), duration, _budget, withMethods: false, stop);
        history.Finish();
        return end;
    }

    static IEnumerable<string> LossNotes(GcHistory history, int torn)
    {
        if (torn > 0) yield return $"Events were lost while {torn} collections ran: their pauses may be more than are shown (≥), and what the heap was before is unknown.";
        if (history.Missing > 0) yield return $"{history.Missing} collections are missing: of them no event came.";
    }

    /// <inheritdoc/>
    /// <remarks>What is missing in between, and why the watch ended by itself, are events too (<c>dotnet.gc.note</c>).</remarks>
    public async IAsyncEnumerable<InstrumentEvent> Watch(ITarget target, [EnumeratorCancellation] CancellationToken cancellation)
    {
        EventTarget.Require(target, Name);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        long leftOut = 0;
        var channel = Channel.CreateBounded<GcCollection>(new BoundedChannelOptions(MaximumWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleWriter = true }, _ => Interlocked.Increment(ref leftOut));
        var torn = 0;
        IReadOnlyList<string> endNotes = [];
        // A thread of its own: it waits for as long as somebody watches, and the pool of a process that looks at itself may be what is wrong.
        var watch = Task.Factory.StartNew(() =>
        {
            Exception? failure = null;
            try
            {
                var end = Run(target, one =>
                {
                    if (!one.IsWhole) torn++;
                    channel.Writer.TryWrite(one);
                }, TimeSpan.FromDays(365), ended.Token, out var history);
                endNotes = [.. end.Notes(), .. LossNotes(history, torn)];
            }
            catch (InstrumentUnavailableException e)
            {
                failure = e;
            }
            channel.Writer.Complete(failure);
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            // What has ended when the watch is cancelled is still handed out: the channel completes then.
            await foreach (var one in channel.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                if (Interlocked.Exchange(ref leftOut, 0) is > 0 and var count)
                    yield return Note(string.Create(CultureInfo.InvariantCulture, $"{count} collections are left out: they were not read as fast as they came."));
                foreach (var e in EventsOf(one))
                    yield return e;
            }
            foreach (var note in endNotes)
                yield return Note(note);
        }
        finally
        {
            await ended.CancelAsync().ConfigureAwait(false);
            await watch.ConfigureAwait(false);
        }
    }

    static InstrumentEvent Note(string text) => new("dotnet.gc.note", DateTimeOffset.UtcNow, TimeSpan.Zero, [new("note", text)], Provenance.Read("the watch itself"));

    /// <summary>A collection as events: itself (<c>dotnet.gc.collection</c>), and each of its pauses (<c>dotnet.gc.pause</c>).</summary>
    public static IEnumerable<InstrumentEvent> EventsOf(GcCollection collection)
    {
        ArgumentNullException.ThrowIfNull(collection);
        var read = Provenance.Read("the runtime's GC events");
        SortedDictionary<string, string> attributes = new(StringComparer.Ordinal)
        {
            ["gc.generation"] = Text(collection.Generation),
            ["gc.number"] = Text(collection.Number),
            ["gc.reason"] = collection.Reason,
            ["gc.type"] = Text(collection.Type),
        };
        SortedDictionary<string, string> ofPause = new(attributes, StringComparer.Ordinal);
        if (!collection.IsWhole) attributes["gc.partial"] = "events were lost while it ran";
        attributes["gc.pause.total"] = Text(collection.PauseTotal.TotalSeconds);
        AddKnown(attributes, "gc.compacting", collection.IsCompacting);
        AddKnown(attributes, "gc.heap.after", collection.HeapAfter);
        AddKnown(attributes, "gc.heap.before", collection.HeapBefore);
        AddKnown(attributes, "gc.promoted", collection.Promoted);
        yield return new("dotnet.gc.collection", collection.StartedAt, collection.Duration.TryGet(out var took) ? took : null, [.. attributes], read);
        foreach (var pause in collection.Pauses)
        {
            ofPause["gc.pause.suspending"] = Text(pause.Suspending.TotalSeconds);
            yield return new("dotnet.gc.pause", pause.StartedAt, pause.Duration, [.. ofPause], read);
        }
    }

    static void AddKnown<T>(SortedDictionary<string, string> attributes, string key, Known<T> value)
        where T : struct
    {
        if (value.TryGet(out var known)) attributes[key] = Text(known);
    }

    static string Text<T>(T value)
        where T : struct => string.Create(CultureInfo.InvariantCulture, $"{value}").ToLowerInvariant();
}
