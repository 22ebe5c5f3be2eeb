using System.Diagnostics;
using System.Globalization;
using Vitrine.DotNet.Allocations;
using Vitrine.DotNet.Methods;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Heap;

/// <summary>
/// <c>heap</c>: what is in use, by the stack that allocated it, and what was allocated. With a tracking that runs, since that began; without, <see cref="Record"/> shows what was allocated while it watched and
/// is still in use at its end.
/// </summary>
/// <param name="tracking">What has watched a process since it was started; null for looks over a given time only.</param>
/// <param name="options">How to watch; null for the usual.</param>
public sealed class HeapInstrument(HeapTracking? tracking = null, HeapTrackingOptions? options = null) : ICumulativeInstrument, ICollectingInstrument, IProfileRecorder
{
    readonly HeapTrackingOptions _options = options ?? HeapTrackingOptions.Default;

    /// <inheritdoc/>
    public string Name => "heap";

    /// <inheritdoc/>
    public string Description => "objects in use by the stack that allocated them, estimated from samples that are followed through the collections";

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Reads;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) => RuntimeSupport.Of(target);

    /// <inheritdoc/>
    public bool IsGrowing(ITarget target) => tracking is { EndedBecause: "" } && tracking.Target.Pid == target?.Pid;

    /// <inheritdoc/>
    public Look<Profile> Collect(ITarget target, CancellationToken cancellation) => Collect(target, collectFirst: false, cancellation);

    /// <inheritdoc/>
    public Look<Profile> Collect(ITarget target, bool collectFirst, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (tracking is null || tracking.Target.Pid != target.Pid)
            throw new InstrumentUnavailableException($"Nobody has followed the objects of {target.Name} (pid {target.Pid}) so far.", "Record for some seconds, or start HeapTracking when the program begins.");
        return tracking.Collect(collectFirst, cancellation);
    }

    /// <inheritdoc/>
    public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop)
    {
        var dotnet = RuntimeSupport.Require(target, Name);
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        using var cutOff = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var methods = new MethodMapBuilder(dotnet.Port);
        var begun = Stopwatch.GetTimestamp();
        using var session = new HeapSession(dotnet, _options, methods, cutOff.Cancel);
        var targetLives = session.Recording.Wait(duration, cutOff.Token);
        var end = session.Recording.Stop();
        var (snapshot, notes) = session.Look();
        snapshot = snapshot with { Watched = end.Watched };
        notes.AddRange(AllocationProfile.EndNotes(session.IsCutOff, session.Budget, _options.Allocations, targetLives, end.Problem));
        var profile = AllocationProfile.Write(snapshot, methods.Build(), AllocationProfile.InUseSpace, _options.Allocations.Types, notes, CancellationToken.None);
        return new(new(profile, session.Since, Stopwatch.GetElapsedTime(begun), new() { Total = snapshot.Rows.Count, Accepted = snapshot.Rows.Count }, notes), snapshot.Samples, session.Lost,
            string.Create(CultureInfo.InvariantCulture, $"{session.Budget.Used / end.Watched * 100:0.0} % of one core for reading"));
    }
}
