using System.Runtime.InteropServices;
using Vitrine.Go.Binary;
using Vitrine.Go.Probes.Session;
using Vitrine.Go.Probes.Stacks;
using Vitrine.Instruments;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Probes.Collector;

/// <summary>
/// Watches the collector of a live Go process: every collection, every stop of the world with its reason, mark assists by goroutine and stack.
/// <code>
/// using var watch = GcWatch.Open(target, new GcWatchOptions { SingleAssists = true });
/// watch.CycleSeen += cycle => …;
/// watch.Start();
/// while (…) { watch.Poll(); … watch.Intervals … }   // or: await watch.Run(duration, tick, cancellation)
/// </code>
/// The split of requests (<see cref="Http.HttpWatch"/>) keeps an account of its own: why, is said in Http/world.bpf.h. Events are raised by <see cref="Poll"/>, on its caller's thread. All times are CLOCK_MONOTONIC nanoseconds, as bpf_ktime_get_ns gives them to other
/// probes, so that intervals can be laid over what those saw. Not thread-safe.
/// </summary>
public sealed class GcWatch : IDisposable
{
    static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(100);

    readonly GoProbeSession _session;
    readonly BpfRingBuffer _ring;
    readonly ProbeStacks _stacks;
    readonly GcHistory _history;

    GcWatch(GoProbeSession session, GcWordMap words, GoTarget target, GcWatchOptions options, string? noAssists)
    {
        _session = session;
        _stacks = new ProbeStacks(target, session.Object.Map("stacks"));
        var clock = MonotonicClock.Tie();
        _history = new GcHistory(words, new GcHistoryContext
        {
            Version = target.Binary.Version,
            Clock = clock.ToWallClock,
            Frames = key => _stacks.Frames(key),
            // The last stops of a process are heard of when it has ended.
            ReadMemory = (address, into) => !target.IsGone && target.Memory.TryRead(address, into),
            Sums = SumsOf,
            NoAssists = noAssists,
            MaxKept = Math.Max(2, options.MaxKept),
        });
        _ring = BpfRingBuffer.Open(session.Object.Map("events"), OnRecord);
        session.WindowChanged += OnWindowChanged;
    }

    /// <summary>A stop of the world has ended.</summary>
    public event Action<StopTheWorld>? StopSeen
    {
        add => _history.StopSeen += value;
        remove => _history.StopSeen -= value;
    }

    /// <summary>A collection has ended; its sweep goes on.</summary>
    public event Action<GcCycle>? CycleSeen
    {
        add => _history.CycleSeen += value;
        remove => _history.CycleSeen -= value;
    }

    /// <summary>The sweep of a collection has ended: what is known of it now.</summary>
    public event Action<GcCycle>? CycleSwept
    {
        add => _history.CycleSwept += value;
        remove => _history.CycleSwept -= value;
    }

    /// <summary>A goroutine has marked, or has waited for others to mark; only with <see cref="GcWatchOptions.SingleAssists"/>.</summary>
    public event Action<MarkAssist>? AssistSeen
    {
        add => _history.AssistSeen += value;
        remove => _history.AssistSeen -= value;
    }

    /// <summary>Collections that have ended, oldest first (the last <see cref="GcWatchOptions.MaxKept"/>).</summary>
    public IReadOnlyList<GcCycle> Cycles => _history.Cycles;

    /// <summary>Stops of the world, oldest first.</summary>
    public IReadOnlyList<StopTheWorld> Stops => _history.Stops;

    /// <summary>What was in the way of goroutines and when, in the order in which it ended; the last 65,536.</summary>
    public IReadOnlyCollection<GcInterval> Intervals => _history.Intervals;

    /// <summary>Sums over everything seen.</summary>
    public GcTotals Totals => _history.Totals;

    /// <summary>The collection that is under way: its number since the probes went on and when it began; null when there is none.</summary>
    public (ulong Sequence, long StartedNs)? UnderWay => _history.UnderWay;

    /// <summary>Where the session's own figures are: coverage, windows, the loaded object.</summary>
    public GoProbeSession Session => _session;

    /// <summary>Loads the probes for a process; nothing is attached before <see cref="Start"/>.</summary>
    /// <exception cref="KernelRefusalException">A privilege or a feature of the kernel is missing.</exception>
    /// <exception cref="GoBinaryException">The target's types cannot be read.</exception>
    /// <exception cref="InstrumentUnavailableException">The target's runtime has no place where stops of the world can be seen.</exception>
    public static GcWatch Open(GoTarget target, GcWatchOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        options ??= new GcWatchOptions();
        var words = GcWordMap.Of(target);
        var points = GcPoints.Of(target.Binary);
        var session = GoProbeSession.Open(target, new GoProbeProgram
        {
            Object = "gc",
            GoTypes = ["runtime.g", "runtime.m"],
            Budget = options.Budget,
            OwnCounters = ["ends of stops and assists that had begun before the probes were in place"],
            NotLosses = new HashSet<int> { 0 },
            Configure = bpf => bpf.SetConfig(points.Config(words, options.SingleAssists)),
        });
        try
        {
            points.AttachStops(session);
            return new GcWatch(session, words, target, options, options.Assists ? points.AttachAssists(session) : "not asked for");
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Puts the probes in place.</summary>
    public void Start()
    {
        _session.Start();
    }

    /// <summary>Takes what has happened, and raises its events.</summary>
    /// <returns>Records taken.</returns>
    public int Poll() => _ring.Consume();

    /// <summary>Watches for a while, inside the budget.</summary>
    /// <param name="duration">How long; zero is until cancelled.</param>
    /// <param name="onTick">Called ten times a second, after events were raised; null when there is nothing to do.</param>
    /// <param name="cancellation">Ends the look in order.</param>
    /// <returns>False when the target ended; what was seen until then stays.</returns>
    public async Task<bool> Run(TimeSpan duration, Action? onTick, CancellationToken cancellation)
    {
        try
        {
            Start();
            return await _session.Run(duration, PollEvery, () =>
            {
                Poll();
                onTick?.Invoke();
            }, cancellation).ConfigureAwait(false);
        }
        finally
        {
            Finish();
        }
    }

    /// <summary>Takes the probes away, and what is left in the ring. What was gathered stays.</summary>
    public void Stop()
    {
        _session.Stop();
        Finish();
    }

    /// <summary>What goroutines paid, by goroutine and stack, the dearest first. Read it after <see cref="Stop"/> or between polls.</summary>
    public IReadOnlyList<AssistTotal> Assists() =>
    [
        .. _session.Object.Map("assists").ReadAll<AssistKey, AssistValue>().Select(pair => new AssistTotal(pair.Key.Goroutine, AssistStack.Allocating(_stacks.Frames(pair.Key.Stack)))
        {
            Assists = (long)pair.Value.Marks,
            MarkNs = (long)pair.Value.MarkNs,
            MaxMarkNs = (long)pair.Value.MaxMarkNs,
            Parks = (long)pair.Value.Parks,
            ParkNs = (long)pair.Value.ParkNs,
            MaxParkNs = (long)pair.Value.MaxParkNs,
        }).OrderByDescending(static total => total.MarkNs + total.ParkNs).ThenBy(static total => total.Goroutine),
    ];

    /// <summary>What the look cost, lost and saw.</summary>
    public ProbeReport Report()
    {
        if (_history.Totals.MissedCycles > 0)
            _session.Note(FormattableString.Invariant($"{_history.Totals.MissedCycles:N0} {(_history.Totals.MissedCycles == 1 ? "collection was not seen to end: its number is" : "collections were not seen to end: their numbers are")} missing from the list."));
        return _session.Report();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ring.Dispose();
        _session.Dispose();
    }

    void Finish()
    {
        Poll();
        _history.Settle();
    }

    void OnRecord(ReadOnlySpan<byte> record)
    {
        if (record.Length < sizeof(uint))
            return;
        switch ((GcRecordKind)MemoryMarshal.Read<uint>(record))
        {
            case GcRecordKind.Stop when MemoryMarshal.TryRead(record, out StopRecord stop):
                _history.Add(stop);
                break;
            case GcRecordKind.Cycle or GcRecordKind.Swept when MemoryMarshal.TryRead(record, out AccountRecord account):
                _history.Add(account);
                break;
            case GcRecordKind.Assist or GcRecordKind.Park when MemoryMarshal.TryRead(record, out AssistRecord assist):
                _history.Add(assist);
                break;
        }
    }

    AssistSums? SumsOf(ulong sequence) =>
        _session.Object.Map("cycle_assists").TryLookup((uint)(sequence % GcLimits.CycleSlots), out AssistSums sums) && sums.Cycle == sequence ? sums : null;

    // While the probes are away nobody sees a stop, an assist or a wait end: what began before must not be paired with the end of another.
    void OnWindowChanged(bool open)
    {
        if (open)
            return;
        Poll();
        _session.Object.Map("assisting").Clear<ulong>();
        var world = _session.Object.Map("world");
        Span<byte> state = stackalloc byte[world.ValueSize];
        if (!world.TryLookup(0u, state))
            return;
        var header = MemoryMarshal.Cast<byte, ulong>(state);
        world.Update(0u, WorldRecord.After(header[0]));
    }
}
