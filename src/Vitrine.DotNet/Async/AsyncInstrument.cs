using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using Vitrine.DotNet.Stacks;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Async;

/// <summary>
/// <c>async</c>: every live async operation as the chain of methods that await one another, each at the line of its await, with what the innermost waits for. What Go's goroutine profile shows of
/// goroutines; threads are not in it.
/// </summary>
/// <remarks>
/// On demand: <see cref="Record"/> tracks for the given time and shows what is live at its end, <see cref="Collect"/> shows what a running <see cref="AsyncTracking"/> knows. Nothing is
/// stopped: an operation that moves on meanwhile is shown where it was when it was read.
/// </remarks>
public sealed class AsyncInstrument : IProfileRecorder
{
    /// <summary>Operations that one look shows at most; what is beyond is counted.</summary>
    public const int MaximumOperations = 1_000_000;

    /// <inheritdoc/>
    public string Name => "async";

    /// <inheritdoc/>
    public string Description => "live async operations as chains of awaits, and what they wait for";

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Reads;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) =>
        TaskInternals.IsAvailable ? SelfTarget.AvailabilityOf(target) : Availability.No("this runtime keeps its tasks in another way than .NET 10");

    /// <inheritdoc/>
    public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop)
    {
        SelfTarget.Require(target, Name);
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        using var tracking = AsyncTracking.Start();
        stop.WaitHandle.WaitOne(duration);
        var look = Collect(target, tracking, CancellationToken.None);
        return new(look, look.Consistency.Total, look.Consistency.Total - look.Consistency.Accepted, "0.2 to 0.5 µs for each async operation that suspended while it was tracked");
    }

    /// <summary>The operations that are live now and began since <paramref name="tracking"/> did. A second look at the same tracking knows how long, at least, they have been waiting.</summary>
    public Look<Profile> Collect(ITarget target, AsyncTracking tracking, CancellationToken cancellation)
    {
        SelfTarget.Require(target, Name);
        ArgumentNullException.ThrowIfNull(tracking);
        var (now, begun) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
        var type = new SampleType("async", "count");
        var builder = new ProfileBuilder(type) { PeriodType = type, Period = 1, TimeNanos = (now - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick };
        var (consistency, notes) = Write(builder, tracking, static (_, _) => { }, cancellation);
        notes.Add("Threads are not shown.");
        foreach (var note in notes)
            builder.Comments.Add(note);
        return new(Merge.Of([builder.Build()]), now, Stopwatch.GetElapsedTime(begun), consistency, notes);
    }

    /// <summary>Adds a sample for each chain of live operations.</summary>
    /// <param name="builder">Gets the samples, with one value each.</param>
    /// <param name="tracking">What knows of the operations.</param>
    /// <param name="label">Adds labels of a chain beside <c>waits_at_least</c>.</param>
    /// <param name="cancellation">Ends the writing.</param>
    internal static (Consistency Consistency, List<string> Notes) Write(
        ProfileBuilder builder, AsyncTracking tracking, Action<AsyncChain, List<Label>> label, CancellationToken cancellation)
    {
        var begun = Stopwatch.GetTimestamp();
        var tasks = AsyncTracking.Live(MaximumOperations, out var beyond);
        var walk = new AsyncWalk(tasks, MaximumOperations);
        var skew = Stopwatch.GetElapsedTime(begun);
        var operations = walk.Operations.ToList();
        var since = tracking.Note(operations.Select(static one => (one.Task, one.State)));
        var frames = new FrameLocations(new StackWriter(builder));
        List<Label> labels = [];
        foreach (var chain in walk.Chains())
        {
            cancellation.ThrowIfCancellationRequested();
            labels.Clear();
            label(chain, labels);
            AddChain(builder, frames, chain, since.TryGetValue(chain.Operations[0].Task, out var seen) ? Stopwatch.GetElapsedTime(seen.Since, begun) : TimeSpan.Zero, labels);
        }
        List<string> notes = ["Operations that began before the tracking are shown only where a later one leads to them."];
        if (beyond > 0 || walk.IsCutOff) notes.Add($"There are more than {MaximumOperations} operations or ways from one to another; the rest is not shown.");
        var running = operations.Count(static one => one.IsRunning);
        return (new() { Total = operations.Count + beyond, Accepted = operations.Count, Running = running, SkewMs = skew.TotalMilliseconds }, notes);
    }

    static void AddChain(ProfileBuilder builder, FrameLocations frames, AsyncChain chain, TimeSpan atLeast, List<Label> labels)
    {
        List<int> locations = [frames.Of(chain.WaitsFor)];
        foreach (var node in chain.Operations)
            locations.Add(frames.Of(node));
        if (chain.Root.Length > 0) locations.Add(frames.Of(chain.Root));
        // Whole seconds, so that operations of one place stay one sample.
        if (atLeast >= TimeSpan.FromSeconds(1)) labels.Add(new("waits_at_least", null, (long)atLeast.TotalSeconds, "seconds"));
        builder.AddSample(CollectionsMarshal.AsSpan(locations), [1], CollectionsMarshal.AsSpan(labels));
    }

    /// <summary>Each place is looked up in the PDB once, however many operations stand there.</summary>
    sealed class FrameLocations(StackWriter stacks)
    {
        readonly Dictionary<(MethodBase Method, int? State), int> _methods = [];
        readonly Dictionary<string, int> _names = new(StringComparer.Ordinal);

        public int Of(string name) => _names.TryGetValue(name, out var known) ? known : _names[name] = stacks.Named(name);

        public int Of(AsyncNode node)
        {
            if (node.Method is not { } method) return Of(AsyncNode.NameOf(node.Task));
            if (_methods.TryGetValue((method, node.State), out var known)) return known;
            var offset = node.State is >= 0 and var state ? AwaitPoints.OffsetOf(method, state) : -1;
            return _methods[(method, node.State)] = stacks.Location(new(method, offset));
        }
    }
}
