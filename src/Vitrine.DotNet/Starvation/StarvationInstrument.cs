using System.Diagnostics;
using System.Diagnostics.Tracing;
using System.Globalization;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Events;
using Vitrine.DotNet.Nettrace;
using Vitrine.DotNet.Runtime;
using Vitrine.DotNet.Threads;
using Vitrine.DotNet.Waits;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.DotNet.Starvation;

/// <summary>
/// <c>starvation</c>: what blocks the workers of the thread pool, by stack, with what the pool did about it: the evidence for a pool that starves because work waits for other work (sync over async).
/// From .NET 9 on.
/// </summary>
/// <remarks>Workers that were blocked already when the recording began, and stay so, are not in it: <c>goroutine</c> shows them.</remarks>
/// <param name="budget">What watching may cost; null for the default.</param>
public sealed class StarvationInstrument(EventBudget? budget = null) : IProfileRecorder
{
    static readonly TimeSpan QueueInterval = TimeSpan.FromMilliseconds(50);

    readonly EventBudget _budget = budget ?? EventBudget.Default;

    /// <inheritdoc/>
    public string Name => "starvation";

    /// <inheritdoc/>
    public string Description => "what blocks the workers of the thread pool, by stack";

    /// <inheritdoc/>
    public Disturbance Disturbance => Disturbance.Events;

    /// <inheritdoc/>
    public Availability AvailableFor(ITarget target) => EventTarget.AvailabilityOf(target, WaitInstrument.FirstVersion);

    /// <inheritdoc/>
    public Recording Record(ITarget target, TimeSpan duration, CancellationToken stop) => Look(target, duration, stop).Blocked;

    /// <summary>Watches and returns the evidence.</summary>
    /// <param name="target">The process.</param>
    /// <param name="duration">How long to watch.</param>
    /// <param name="stop">Ends the recording early and in order.</param>
    /// <exception cref="InstrumentUnavailableException">The target is no .NET process of version 9 or later, or its runtime cannot be reached.</exception>
    public StarvationRecord Look(ITarget target, TimeSpan duration, CancellationToken stop)
    {
        var dotnet = EventTarget.Require(target, Name, WaitInstrument.FirstVersion);
        var (waits, threads) = (new WaitTally(), new ThreadSink());
        var queue = target is SelfTarget ? new QueueWatch() : null;
        EventWatchEnd end;
        using (queue)
        {
            end = EventWatch.Run(
                dotnet, [EventProvider.Runtime(RuntimeKeywords.WaitHandle | RuntimeKeywords.Threading, EventLevel.Verbose)], new Both(new WaitSink(waits), threads), duration, _budget, withMethods: true, stop);
        }

        var begun = Stopwatch.GetTimestamp();
        var profile = new EventProfile(end.Methods, end.StartedAt, end.Recording.Watched, new SampleType("contentions", "count"), new SampleType("delay", "nanoseconds"));
        double blocked = 0, onTasks = 0;
        long samples = 0;
        foreach (var row in waits.Rows(end.EndTicks))
        {
            var stack = waits.Stacks[row.Key.Stack];
            var kind = WaitClassifier.Of(profile.Program(stack), row.Key.Source, profile.Names);
            if (kind is WaitKind.IdleWorker or WaitKind.Housekeeping or WaitKind.Own || !Has(profile, stack, "System.Threading.PortableThreadPool.WorkerThread.")) continue;
            var nanoseconds = row.Amount * end.NanosecondsPerTick;
            blocked += nanoseconds;
            var isOnTask = Has(profile, stack, "System.Threading.Tasks.Task.InternalWait") || Has(profile, stack, "System.Threading.Tasks.Task.SpinThenBlockingWait");
            if (isOnTask) onTasks += nanoseconds;
            var count = kind == WaitKind.Reentry ? 0 : row.Count;
            samples += count;
            List<Label> labels = [new("waits_for", isOnTask ? "task" : kind == WaitKind.Lock ? "lock" : "other")];
            if (row.Key.IsUnfinished) labels.Add(new("wait", "unfinished"));
            profile.Add(stack, [count, (long)nanoseconds], labels.ToArray());
        }

        List<string> notes =
        [
            .. end.Notes(),
            string.Create(CultureInfo.InvariantCulture, $"Workers of the thread pool were blocked for {blocked / 1e9:0.00} s in all, {onTasks / 1e9:0.00} s of it in waits for tasks, within {end.Recording.Watched.TotalSeconds:0.0} s."),
        ];
        if (threads.Adjustments.Count > 0) notes.Add($"The pool decided anew how many workers it wants: {threads.Reasons()}; {threads.Adjustments[^1].Workers} at last.");
        var (longest, growth) = queue?.Result ?? (Known<long>.Unknown("only the process itself knows its queue"), Known<long>.Unknown("only the process itself knows its queue"));
        if (longest.TryGet(out var most)) notes.Add(string.Create(CultureInfo.InvariantCulture, $"At most {most} work items waited for a worker; the queue changed by {growth.Value} over the time."));
        var total = (int)Math.Min(samples, int.MaxValue);
        var recording = new Recording(
            new(profile.Build(notes), end.StartedAt, end.Recording.Watched + Stopwatch.GetElapsedTime(begun), new() { Total = total, Accepted = total }, notes), samples, end.Lost, end.Cost)
        { TargetEnded = end.TargetEnded };
        return new(recording, threads.Adjustments, TimeSpan.FromMicroseconds(blocked / 1000), TimeSpan.FromMicroseconds(onTasks / 1000), longest, growth);
    }

    static bool Has(EventProfile profile, ReadOnlySpan<ulong> stack, string prefix)
    {
        foreach (var address in stack)
            if (profile.Names[address].Name.StartsWith(prefix, StringComparison.Ordinal))
                return true;
        return false;
    }

    sealed class Both(INettraceSink one, INettraceSink other) : INettraceSink
    {
        public void OnEvent(in NettraceEvent e)
        {
            one.OnEvent(e);
            other.OnEvent(e);
        }

        public void OnLost(long threadId, long events)
        {
            one.OnLost(threadId, events);
            other.OnLost(threadId, events);
        }
    }

    /// <summary>Watches the pool's queue from inside, on a thread of its own: the pool's may be what is missing.</summary>
    sealed class QueueWatch : IDisposable
    {
        readonly ManualResetEvent _stop = new(false);
        readonly Thread _thread;
        long _first = -1, _last, _most;

        public QueueWatch()
        {
            _thread = new(Watch) { IsBackground = true, Name = "vitrine queue" };
            _thread.Start();
        }

        void Watch()
        {
            using var reader = new RuntimeReader();
            do
            {
                reader.Capture(out var snapshot);
                if (!snapshot[RuntimeField.PoolQueued].TryGet(out var queued)) continue;
                var now = (long)queued;
                if (_first < 0) _first = now;
                (_last, _most) = (now, Math.Max(_most, now));
            }
            while (!_stop.WaitOne(QueueInterval));
        }

        public (Known<long> Longest, Known<long> Growth) Result => _first < 0
            ? (Known<long>.Unknown("the queue could not be read"), Known<long>.Unknown("the queue could not be read"))
            : (Known<long>.Of(_most, Provenance.Bound("looked at 20 times a second")), Known<long>.Of(_last - _first, Provenance.Read("ThreadPool.PendingWorkItemCount")));

        public void Dispose()
        {
            _stop.Set();
            _thread.Join();
            _stop.Dispose();
        }
    }
}
