using System.Diagnostics;
using System.Globalization;
using Vitrine.DotNet.Allocations;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Methods;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Heap;

/// <summary>
/// Watches the allocations of a process, and which of the objects are still in use, from its start to its end: what Go's runtime does for its heap profile. <see cref="Collect(bool, CancellationToken)"/>
/// gives the profile at any time. Owns a session of the diagnostics port; safe for use by several threads.
/// </summary>
/// <remarks>
/// When reading the events takes more of a core than <see cref="AllocationOptions.MaximumShare"/>, which happens in storms of collections, the tracking ends itself: the session is closed, and looks are
/// refused with the reason.
/// </remarks>
public sealed class HeapTracking : IAllocationTracking, IDisposable
{
    readonly HeapTrackingOptions _options;
    readonly Lock _looking = new();
    readonly LazyMethods _methods;
    readonly HeapSession _session;
    volatile bool _disposed;

    HeapTracking(IDotNetTarget target, HeapTrackingOptions options)
    {
        (Target, _options, _methods) = (target, options, new(target.Port));
        _session = new(target, options, methods: null, static () => throw new RecordingOverException("reading the events took more than it may"));
    }

    /// <summary>Begins to watch. In the process itself that is best done when the program begins: what was allocated before stays unknown.</summary>
    /// <exception cref="InstrumentUnavailableException">The runtime cannot be reached, or is older than .NET 10.</exception>
    public static HeapTracking Start(IDotNetTarget target, HeapTrackingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        return new(RuntimeSupport.Require(target, "heap"), options ?? HeapTrackingOptions.Default);
    }

    /// <inheritdoc/>
    public IDotNetTarget Target { get; }

    /// <summary>When it began.</summary>
    public DateTimeOffset Since => _session.Since;

    /// <inheritdoc/>
    public string EndedBecause =>
        _disposed ? "it was ended"
        : _session.IsCutOff ? AllocationProfile.TooMuch(_session.Budget, _options.Allocations)
        : _session.Recording.Problem is { Length: > 0 } problem ? problem
        : _session.HasEnded ? "the process ended the session, as it does when it exits"
        : "";

    /// <summary>Everything since the start, what is in use first.</summary>
    /// <param name="collectFirst">Whether to collect garbage first, as <c>gc=1</c> asks; only for this process. Without it what is shown as in use is what was so at the end of the last collection.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="InstrumentUnavailableException">The tracking has ended, or another process should collect.</exception>
    public Look<Profile> Collect(bool collectFirst = false, CancellationToken cancellation = default) => Collect(AllocationProfile.InUseSpace, collectFirst, cancellation);

    /// <inheritdoc/>
    public Look<Profile> Collect(string defaultSampleType, bool collectFirst, CancellationToken cancellation)
    {
        RequireRunning();
        if (collectFirst && !Target.Port.IsSelf)
            throw new InstrumentUnavailableException($"Process {Target.Pid} is not this one, and is not made to collect.", "Look without gc=1: in use is then what was so at the end of its last collection.");
        var (now, begun) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
        var isTakenIn = !collectFirst || CollectGarbage(cancellation);
        var (snapshot, notes) = _session.Look();
        if (!isTakenIn) notes.Add("The collection that was asked for was not taken in in time.");
        lock (_looking)
        {
            var profile = AllocationProfile.Write(snapshot, _methods.For(snapshot.Rows.Select(static one => one.Stack)), defaultSampleType, _options.Allocations.Types, notes, cancellation);
            return new(profile, now, Stopwatch.GetElapsedTime(begun), new() { Total = snapshot.Rows.Count, Accepted = snapshot.Rows.Count }, notes);
        }
    }

    /// <summary>Looks without naming the methods, which costs the process nothing; some 80 bytes for each different stack and type are kept.</summary>
    /// <exception cref="InstrumentUnavailableException">The tracking has ended.</exception>
    public HeapSight See()
    {
        RequireRunning();
        return _session.See();
    }

    /// <summary>The profiles of several sights of this tracking, whose methods are listed once.</summary>
    /// <exception cref="InstrumentUnavailableException">The runtime does not list its methods any more.</exception>
    public IReadOnlyList<Profile> Write(IReadOnlyList<HeapSight> sights, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(sights);
        lock (_looking)
        {
            var methods = _methods.For(sights.SelectMany(static sight => sight.Snapshot.Rows).Select(static row => row.Stack).Distinct());
            return [.. sights.Select(sight => AllocationProfile.Write(sight.Snapshot, methods, AllocationProfile.InUseSpace, _options.Allocations.Types, sight.Notes, cancellation))];
        }
    }

    void RequireRunning()
    {
        if (EndedBecause is { Length: > 0 } ended)
            throw new InstrumentUnavailableException($"The tracking of the heap of {Target.Name} (pid {Target.Pid}) has ended: {ended}.", "Start it again (HeapTracking.Start).");
    }

    /// <summary>Waits until a collection of the process was taken in.</summary>
    /// <param name="number">Its number, counted from 1 (<see cref="GCMemoryInfo.Index"/>).</param>
    /// <param name="cancellation">Gives up.</param>
    /// <returns>False when it was not within <see cref="HeapTrackingOptions.CollectPatience"/>.</returns>
    public bool WaitForCollection(long number, CancellationToken cancellation = default) => _session.WaitForCollection(number, cancellation);

    bool CollectGarbage(CancellationToken cancellation)
    {
        GC.Collect();
        return _session.WaitForCollection(GC.GetGCMemoryInfo(GCKind.Any).Index, cancellation);
    }

    /// <summary>Ends the session.</summary>
    public void Dispose()
    {
        _disposed = true;
        _session.Dispose();
    }
}
