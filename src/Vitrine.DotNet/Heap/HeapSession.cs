using System.Diagnostics;
using System.Globalization;
using Vitrine.DotNet.Allocations;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Labels;
using Vitrine.DotNet.Methods;

namespace Vitrine.DotNet.Heap;

/// <summary>A running session and what it has taken in: the part that continuous tracking and looks over a given time have in common.</summary>
sealed class HeapSession : IDisposable
{
    readonly HeapTrackingOptions _options;
    // Sets of labels that a tracking keeps: they are kept as long as it lasts.
    const int MaximumWorks = 4_096, MaximumTraces = 65_536;

    readonly EventWork _work;
    readonly AllocationSites _sites;
    readonly LiveObjects _live;
    readonly HeapEventReader _reader;
    readonly AllocationSink _sink;
    readonly long _begun = Stopwatch.GetTimestamp();

    /// <param name="target">The process.</param>
    /// <param name="options">How.</param>
    /// <param name="methods">Gets the methods that the runtime lists at the end; null when that is not wanted.</param>
    /// <param name="exceeded">Called once, by the reading thread, when reading takes more than it may.</param>
    public HeapSession(IDotNetTarget target, HeapTrackingOptions options, MethodMapBuilder? methods, Action exceeded)
    {
        _options = options;
        // A tracking that lasts has labels and no traces; a look over a given time, which is the one that lists the methods at its end, has both.
        _work = new(traces: methods is not null, methods is null ? MaximumWorks : MaximumTraces);
        _sites = new(options.Allocations.Limits, _work);
        _live = new(_sites, options.MaximumObjects, Environment.ProcessId);
        _reader = new(_live, _work);
        Budget = new(options.Allocations.MaximumShare, options.Allocations.Window);
        _sink = new(_reader, methods, Budget, exceeded);
        if (options.Allocations.Labels) _work.Start(target);
        try
        {
            Recording = EventRecording.Start(target.Port, new()
            {
                Providers = [HeapEventReader.Provider],
                Rundown = methods is not null,
                RundownKeywords = MethodMapBuilder.RundownKeywords(),
                Live = _sink,
                BufferMegabytes = options.Allocations.BufferMegabytes,
                Limits = options.Allocations.EventLimits,
            });
        }
        catch
        {
            _work.Stop();
            throw;
        }
    }

    /// <summary>When it began.</summary>
    public DateTimeOffset Since { get; } = DateTimeOffset.UtcNow;

    /// <summary>The session itself.</summary>
    public EventRecording Recording { get; }

    /// <summary>What reading takes.</summary>
    public ReaderBudget Budget { get; }

    /// <summary>Whether reading took more than it may: nothing is taken in any more.</summary>
    public bool IsCutOff => _sink.IsCutOff;

    /// <summary>Whether the stream has ended.</summary>
    public bool HasEnded => _sink.HasEnded;

    /// <summary>Events that the runtime dropped.</summary>
    public long Lost => _sink.Lost;

    /// <summary>Waits until a collection was taken in.</summary>
    /// <returns>False when it was not within the patience.</returns>
    public bool WaitForCollection(long number, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            lock (_sink.Gate)
            {
                if (_live.LastCollection >= number) return true;
                if (_sink.HasEnded || _sink.IsCutOff) return false;
            }
            if (clock.Elapsed > _options.CollectPatience) return false;
            cancellation.ThrowIfCancellationRequested();
            Thread.Sleep(5);
        }
    }

    /// <summary>As <see cref="Look"/>, with the collections that it stands behind.</summary>
    public HeapSight See()
    {
        lock (_sink.Gate)
        {
            var (snapshot, notes) = Look();
            return new(DateTimeOffset.UtcNow, _live.LastCollection, _live.LastWholeHeap?.Collection ?? 0, snapshot, notes);
        }
    }

    /// <summary>What was taken in so far, and what its reader must know.</summary>
    public (AllocationSnapshot Snapshot, List<string> Notes) Look()
    {
        lock (_sink.Gate)
        {
            var inUse = new Estimate[_sites.Count];
            var recent = default(Estimate);
            var rate = _live.Rate;
            _live.ForEach((site, size, isSettled) =>
            {
                if (isSettled) inUse[site] += rate.Of(size);
                else recent += rate.Of(size);
            });
            var labels = _work.Labels();
            var rows = new AllocationSnapshot.Row[_sites.Count];
            for (var site = 0; site < rows.Length; site++)
                rows[site] = new(_sites[site].Stack, _sites[site].Type, labels[_sites[site].Work], _sites.Allocated(site), inUse[site]);
            var snapshot = new AllocationSnapshot
            {
                Rows = rows, Since = Since, Watched = Stopwatch.GetElapsedTime(_begun), Samples = _sites.Samples, LostEvents = _sink.Lost, Indistinct = _sites.Indistinct, HasInUse = true,
                LabelNotes = [.. _work.Notes()],
            };
            return (snapshot, [.. AllocationProfile.Notes(snapshot), .. Notes(recent)]);
        }
    }

    IEnumerable<string> Notes(Estimate recent)
    {
        if (_live.Collections == 0)
            yield return $"No collection has run since {Since:HH:mm:ss} UTC, so nothing is known to be in use: {AllocationProfile.Of(recent)} were allocated that none has looked at.";
        else
            yield return Invariant($"In use is what was at the end of collection {_live.LastCollection}, the last of {_live.Collections} that were followed; what is dead in an older generation counts until a collection looks there. ") +
                $"{AllocationProfile.Of(recent)} were allocated since, and are not in it.";
        if (_live.LastWholeHeap is { } whole)
            yield return Invariant($"When collection {whole.Collection} looked at the whole heap, it held {AllocationProfile.Megabytes(whole.Bytes)} of objects: {AllocationProfile.Of(whole.Explained)} are explained by ") +
                Invariant($"allocations that were seen; for the other {AllocationProfile.Megabytes(Math.Max(0, whole.Bytes - whole.Explained.Bytes))} it is unknown who allocated them, before {Since:HH:mm:ss} UTC or within the error.");
        else
            yield return $"No collection has looked at the whole heap since {Since:HH:mm:ss} UTC, so it is not known how much of it was allocated before and is not in the profile.";
        if (_live.Untraced.Bytes > 0)
            yield return $"{AllocationProfile.Of(_live.Untraced)} were lost sight of because events were dropped: they may be in use, and are not in it.";
        if (_reader.Disordered > 0)
            yield return $"{_reader.Disordered} events came later than others that happened after them; what they could have said wrongly was let go.";
        if (_live.Rate != SamplingRate.OfRuntime)
            yield return Invariant($"Of the objects in use only a part is followed, because there are more than {_options.MaximumObjects} samples: one in {_live.Rate.MeanBytes:0} bytes in the mean.");
    }

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>Ends the session.</summary>
    public void Dispose()
    {
        Recording.Dispose();
        _work.Stop();
    }
}
