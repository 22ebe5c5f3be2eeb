using System.Diagnostics;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Events;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Threads;

/// <summary>
/// <c>threadcreate</c>: threads that are created while it records, by the stack that created them, and why the thread pool grew meanwhile. Workers of the pool have the label <c>kind</c>, and the stack of
/// the work that made the pool want one, or of the pool's gate.
/// </summary>
/// <remarks>Unlike Go's it knows nothing of threads from before: the runtime keeps no record of who created them. Threads that native code creates are not in it.</remarks>
/// <param name="budget">What watching may cost; null for the default.</param>
public sealed class ThreadCreateInstrument(EventBudget? budget = null) : IFlowRecorder
{
    readonly EventBudget _budget = budget ?? EventBudget.Default;

    /// <inheritdoc/>
    public string Name => "threadcreate";

    /// <inheritdoc/>
    public string Description => "threads that are created, by the stack that created them";

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Events;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) => EventTarget.AvailabilityOf(target);

    /// <inheritdoc/>
    public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop)
    {
        var dotnet = EventTarget.Require(target, Name);
        var sink = new ThreadSink();
        var end = EventWatch.Run(dotnet, [EventProvider.Runtime(RuntimeKeywords.Threading)], sink, duration, _budget, withMethods: true, stop);

        var begun = Stopwatch.GetTimestamp();
        var profile = new EventProfile(end.Methods, end.StartedAt, end.Recording.Watched, new SampleType("threadcreate", "count"));
        var rows = sink.Created.Rows();
        foreach (var row in rows)
        {
            var stack = sink.Stacks[row.Key];
            profile.Add(stack, [row.Count], [new("kind", IsPool(profile, stack) ? "thread pool" : "thread")]);
        }
        List<string> notes = [.. end.Notes()];
        if (sink.Adjustments.Count > 0) notes.Add($"The thread pool decided anew how many workers it wants: {sink.Reasons()}; {sink.Adjustments[^1].Workers} at last.");
        var total = (int)Math.Min(rows.Sum(static one => one.Count), int.MaxValue);
        return new(
            new(profile.Build(notes), end.StartedAt, end.Recording.Watched + Stopwatch.GetElapsedTime(begun), new() { Total = total, Accepted = total }, notes), total, end.Lost, end.Cost)
        { TargetEnded = end.TargetEnded };
    }

    static bool IsPool(EventProfile profile, ReadOnlySpan<ulong> stack)
    {
        foreach (var address in stack)
            if (profile.Names[address].Name.StartsWith("System.Threading.PortableThreadPool.WorkerThread.", StringComparison.Ordinal))
                return true;
        return false;
    }
}
