using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Vitrine.DotNet.Async;
using Vitrine.DotNet.Events;
using Vitrine.DotNet.Methods;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Goroutines;

/// <summary>
/// <c>goroutine</c>: everything that goes on in this process at one moment – every thread with its stack, and every live async operation as the chain of methods that await it – in one profile,
/// told apart by the label <c>kind</c>. What Go's profile of that name is.
/// </summary>
/// <remarks>
/// The stacks of the threads come from the runtime's own sampler, which stops all managed threads for the time of a walk, a few times within a few milliseconds; the notes say how often. Async operations
/// are only known while an <see cref="AsyncTracking"/> exists, and nothing is stopped for them.
/// </remarks>
/// <param name="tracking">What knows of the async operations; it belongs to the caller. Null: a recording tracks for its own time, and a single look shows threads only.</param>
public sealed class GoroutineInstrument(AsyncTracking? tracking = null) : IProfileInstrument, IProfileRecorder, ITextInstrument
{
    /// <inheritdoc/>
    public string Name => "goroutine";

    /// <inheritdoc/>
    public string Description => "every thread and every live async operation, by stack";

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Suspends;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) => SelfTarget.AvailabilityOf(target) is { CanLook: false } no ? no : EventTarget.AvailabilityOf(target);

    /// <summary>Looks once; threads and operations with the same stack and labels are one sample.</summary>
    public Look<Profile> Collect(ITarget target, CancellationToken cancellation) => Look(target, tracking, isEach: false, cancellation);

    /// <summary>Looks once, with a sample for each thread and each operation, which <see cref="GoroutineText.WriteEach"/> writes as text.</summary>
    /// <exception cref="InstrumentUnavailableException">The runtime cannot be asked, or the target is another process.</exception>
    public Look<Profile> CollectEach(ITarget target, CancellationToken cancellation) => Look(target, tracking, isEach: true, cancellation);

    /// <summary>Tracks async operations for a time, and looks at its end.</summary>
    public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop)
    {
        SelfTarget.Require(target, Name);
        ArgumentOutOfRangeException.ThrowIfLessThan(duration, TimeSpan.Zero);
        using var own = tracking is null && AsyncTracking.IsAvailable ? AsyncTracking.Start() : null;
        stop.WaitHandle.WaitOne(duration);
        var look = Look(target, tracking ?? own, isEach: false, CancellationToken.None);
        return new(look, look.Consistency.Accepted, look.Consistency.Total - look.Consistency.Accepted, "all managed threads stopped for moments of the look; 0.2 to 0.5 µs for each async operation that suspended while it was tracked");
    }

    /// <inheritdoc/>
    public void WriteText(ITarget target, TextWriter output, CancellationToken cancellation) => GoroutineText.WriteEach(CollectEach(target, cancellation).Result, output);

    Look<Profile> Look(ITarget target, AsyncTracking? tracked, bool isEach, CancellationToken cancellation)
    {
        SelfTarget.Require(target, Name);
        var dotnet = EventTarget.Require(target, Name);
        var (now, begun) = (DateTimeOffset.UtcNow, Stopwatch.GetTimestamp());
        var type = new SampleType("goroutine", "count");
        var builder = new ProfileBuilder(type) { PeriodType = type, Period = 1, TimeNanos = (now - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick };
        List<string> notes = [];

        // Operations first: looking at the threads makes some wait.
        var consistency = new Consistency();
        if (tracked is null)
        {
            notes.Add("Async operations are not in it: they are only known while they are tracked (AsyncTracking), or when a time is recorded.");
        }
        else
        {
            (consistency, var ofOperations) = AsyncInstrument.Write(builder, tracked, (chain, labels) => LabelOperation(chain, isEach, labels), cancellation);
            notes.AddRange(ofOperations);
        }
        var samples = ThreadSamples.Capture(dotnet.Port);
        var threads = AddThreads(builder, dotnet.Pid, samples, isEach);
        notes.Add(string.Create(CultureInfo.InvariantCulture, $"All managed threads were stopped {samples.Suspensions} times for the stacks of {samples.Threads.Count} of {threads} threads; the others run no managed code."));
        foreach (var note in notes)
            builder.Comments.Add(note);
        var profile = builder.Build();
        var total = consistency.Total + threads;
        return new(isEach ? profile : Merge.Of([profile]), now, Stopwatch.GetElapsedTime(begun), consistency with { Total = total, Accepted = consistency.Accepted + threads }, notes);
    }

    static void LabelOperation(AsyncChain chain, bool isEach, List<Label> labels)
    {
        labels.Add(new(GoroutineLabels.Kind, GoroutineLabels.Async));
        labels.Add(new(GoroutineLabels.State, chain.WaitsFor.Trim('(', ')')));
        if (isEach) labels.Add(new(GoroutineLabels.Id, null, chain.Operations[0].Task.Id));
    }

    /// <summary>Adds a sample for each thread.</summary>
    /// <returns>How many there are.</returns>
    static int AddThreads(ProfileBuilder builder, int pid, ThreadSamples samples, bool isEach)
    {
        var frames = new FrameWriter(builder, samples.Methods);
        var names = new FrameNames(address => samples.Methods.TryFind(address, out var frame, isReturnAddress: true) ? new(frame.Name, frame.Module) : FrameName.None);
        var known = Known(pid);
        List<Label> labels = [];
        var count = 0;
        foreach (var thread in samples.Threads.Keys.Union(known.Keys).Order())
        {
            if (samples.Readers.Contains((int)thread)) continue; // the session's own, and gone already
            count++;
            var hasSample = samples.Threads.TryGetValue(thread, out var sample);
            var hasState = known.TryGetValue(thread, out var entry);
            labels.Clear();
            labels.Add(new(GoroutineLabels.Kind, GoroutineLabels.Thread));
            labels.Add(new(GoroutineLabels.State, hasSample ? ThreadStates.Of(sample.Stack, names, sample.InManagedCode) : hasState && entry.State == 'R' ? ThreadStates.Running : "in native code or a system call"));
            if (isEach)
            {
                labels.Add(new(GoroutineLabels.Id, null, thread));
                if (hasState && entry.Name.Length > 0) labels.Add(new(GoroutineLabels.Name, entry.Name));
            }
            int[] stack = hasSample && sample.Stack.Length > 0 ? frames.Locations(sample.Stack, isFirstExact: true) : [frames.Named("(no managed frames)")];
            builder.AddSample(stack, [1], CollectionsMarshal.AsSpan(labels));
        }
        return count;
    }

    /// <summary>Names and states by the kernel, where there is one that tells.</summary>
    static Dictionary<long, (string Name, char State)> Known(int pid)
    {
        Dictionary<long, (string Name, char State)> known = [];
        if (!OperatingSystem.IsLinux()) return known;
        foreach (var thread in LinuxProcess.Open(pid).Threads())
            known[thread.ThreadId] = (thread.Name, thread.State);
        return known;
    }
}
