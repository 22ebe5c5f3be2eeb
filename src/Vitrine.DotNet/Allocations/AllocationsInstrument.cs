using System.Diagnostics;
using System.Globalization;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Labels;
using Vitrine.DotNet.Methods;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Allocations;

/// <summary>
/// <c>allocs</c>: what was allocated, by stack and type, in this process or another. Over a given time, or, with a tracking that runs, since that began. The sample types are those of Go's profile; what is in use
/// is known only with a tracking.
/// </summary>
/// <param name="tracking">What has watched a process since it was started; null for looks over a given time only.</param>
/// <param name="options">How to watch; null for the usual.</param>
public sealed class AllocationsInstrument(IAllocationTracking? tracking = null, AllocationOptions? options = null) : ICumulativeInstrument, IProfileRecorder
{
    readonly AllocationOptions _options = options ?? AllocationOptions.Default;

    /// <inheritdoc/>
    public string Name => "allocs";

    /// <inheritdoc/>
    public string Description => "allocations, objects and bytes, by stack and type, estimated from samples";

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Reads;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) => RuntimeSupport.Of(target);

    /// <inheritdoc/>
    public bool IsGrowing(ITarget target) => tracking is { EndedBecause: "" } && tracking.Target.Pid == target?.Pid;

    /// <inheritdoc/>
    public Look<Profile> Collect(ITarget target, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (tracking is null || tracking.Target.Pid != target.Pid)
            throw new InstrumentUnavailableException($"Nobody has watched the allocations of {target.Name} (pid {target.Pid}) so far.", "Record for some seconds, or start HeapTracking when the program begins.");
        return tracking.Collect(AllocationProfile.AllocatedSpace, collectFirst: false, cancellation);
    }

    /// <inheritdoc/>
    public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop)
    {
        var dotnet = RuntimeSupport.Require(target, Name);
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        using var cutOff = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var work = EventWork.Start(dotnet, _options.Labels, traces: true);
        var sites = new AllocationSites(_options.Limits, work);
        var methods = new MethodMapBuilder(dotnet.Port);
        var budget = new ReaderBudget(_options.MaximumShare, _options.Window);
        var sink = new AllocationSink(new AllocationCounter(sites, work), methods, budget, cutOff.Cancel);
        var (since, begun) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
        using var recording = EventRecording.Start(dotnet.Port, new()
        {
            Providers = [AllocationCounter.Provider],
            Rundown = true,
            RundownKeywords = MethodMapBuilder.RundownKeywords(),
            Live = sink,
            BufferMegabytes = _options.BufferMegabytes,
            Limits = _options.EventLimits,
        });
        var targetLives = recording.Wait(duration, cutOff.Token);
        var end = recording.Stop();

        var labels = work.Labels();
        var snapshot = new AllocationSnapshot
        {
            Rows = [.. Enumerable.Range(0, sites.Count).Select(site => new AllocationSnapshot.Row(sites[site].Stack, sites[site].Type, labels[sites[site].Work], sites.Allocated(site), default))],
            Since = since, Watched = end.Watched, Samples = sites.Samples, LostEvents = sink.Lost, Indistinct = sites.Indistinct, HasInUse = false, LabelNotes = [.. work.Notes()],
        };
        List<string> notes = [.. AllocationProfile.Notes(snapshot), .. AllocationProfile.EndNotes(sink.IsCutOff, budget, _options, targetLives, end.Problem)];
        var profile = AllocationProfile.Write(snapshot, methods.Build(), AllocationProfile.AllocatedSpace, _options.Types, notes, CancellationToken.None);
        return new(new(profile, since, Stopwatch.GetElapsedTime(begun), new() { Total = snapshot.Rows.Count, Accepted = snapshot.Rows.Count }, notes), sites.Samples, sink.Lost,
            Invariant($"{budget.Used / end.Watched * 100:0.0} % of one core for reading"));
    }

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
