using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Globalization;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Events;
using Vitrine.DotNet.Labels;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Waits;

/// <summary>
/// <c>block</c>: threads that wait – for events, semaphores, <c>Monitor.Wait</c>, and with these for tasks (<c>Task.Wait</c>, <c>Result</c>), <c>SemaphoreSlim</c>, <c>BlockingCollection</c>, other threads –
/// by the stack that waits, how often and how long. From .NET 9 on.
/// </summary>
/// <remarks>
/// Left out, and counted: workers of the thread pool with nothing to do, the framework's threads for timers and the pool's management, this library's own. Waits for locks are in <c>mutex</c>.
/// <c>Thread.Sleep</c> and system calls that block (reading a socket or a file synchronously) are no waits for a handle, and the runtime does not report them; an <c>await</c> blocks no thread.
/// </remarks>
/// <param name="options">What to record; null for the defaults.</param>
public sealed class WaitInstrument(WaitOptions? options = null) : IFlowRecorder
{
    /// <summary>The first runtime that reports waits.</summary>
    public const int FirstVersion = 9;

    readonly WaitOptions _options = options ?? new();

    /// <inheritdoc/>
    public string Name => "block";

    /// <inheritdoc/>
    public string Description => "threads that wait, by stack";

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Events;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) => EventTarget.AvailabilityOf(target, FirstVersion);

    /// <inheritdoc/>
    public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop) => Record(target, duration, traces: true, stop);

    /// <inheritdoc/>
    public Recording RecordPart(ITarget target, TimeSpan duration, CancellationToken stop) => Record(target, duration, traces: false, stop);

    Recording Record(ITarget target, TimeSpan duration, bool traces, CancellationToken stop)
    {
        var dotnet = EventTarget.Require(target, Name, FirstVersion);
        using var work = EventWork.Start(dotnet, _options.Labels, traces);
        var tally = new WaitTally(work);
        var end = EventWatch.Run(dotnet, [EventProvider.Runtime(RuntimeKeywords.WaitHandle, EventLevel.Verbose)], new WaitSink(tally), duration, _options.Budget, withMethods: true, stop);

        var begun = Stopwatch.GetTimestamp();
        var profile = new EventProfile(end.Methods, end.StartedAt, end.Recording.Watched, new SampleType("contentions", "count"), new SampleType("delay", "nanoseconds"));
        var kinds = new Dictionary<(int Stack, WaitSource Source), WaitKind>();
        var leftOut = new SortedDictionary<WaitKind, long>();
        var works = work.Labels();
        List<Label> labels = [];
        long samples = 0;
        foreach (var row in tally.Rows(end.EndTicks))
        {
            var stack = tally.Stacks[row.Key.Stack];
            if (!kinds.TryGetValue((row.Key.Stack, row.Key.Source), out var kind))
                kinds[(row.Key.Stack, row.Key.Source)] = kind = WaitClassifier.Of(profile.Program(stack), row.Key.Source, profile.Names);
            var isShown = kind is WaitKind.Program or WaitKind.Reentry || _options.Everything;
            if (!isShown)
            {
                leftOut[kind] = leftOut.GetValueOrDefault(kind) + row.Count;
                continue;
            }
            labels.Clear();
            if (row.Key.IsUnfinished) labels.Add(new("wait", "unfinished"));
            if (_options.Everything) labels.Add(new("kind", Words(kind)));
            labels.AddRange(works[row.Key.Work]);
            // The way back into a monitor takes time and is no wait of its own.
            var count = kind == WaitKind.Reentry ? 0 : row.Count;
            samples += count;
            profile.Add(stack, [count, (long)(row.Amount * end.NanosecondsPerTick)], labels.ToArray());
        }

        List<string> notes = [.. end.Notes()];
        if (leftOut.Count > 0)
            notes.Add($"Left out: {string.Join(", ", leftOut.Select(static one => string.Create(CultureInfo.InvariantCulture, $"{one.Value} waits of {Words(one.Key)}")))}.");
        notes.Add("Waits that had not ended have the label wait=unfinished and the time until the recording's end; threads that waited before it began and still do are not in it.");
        if (tally.Unpaired > 0) notes.Add($"{tally.Unpaired} waits began before the recording, or an event of theirs was lost; they are not in it.");
        if (tally.Dropped > 0) notes.Add($"{tally.Dropped} waits are without their stack or not in the profile: there are too many different ones.");
        notes.AddRange(work.Notes());
        return new(
            new(profile.Build(notes), end.StartedAt, end.Recording.Watched + Stopwatch.GetElapsedTime(begun), new() { Total = Count(samples + end.Lost), Accepted = Count(samples) }, notes),
            samples, end.Lost, end.Cost)
        { TargetEnded = end.TargetEnded };
    }

    static int Count(long count) => (int)Math.Min(count, int.MaxValue);

    static string Words(WaitKind kind) => kind switch
    {
        WaitKind.Reentry => "the way back into a monitor",
        WaitKind.Lock => "locks (see mutex)",
        WaitKind.IdleWorker => "idle pool workers",
        WaitKind.Housekeeping => "the framework's own threads",
        WaitKind.Own => "this library",
        _ => "the program",
    };
}
