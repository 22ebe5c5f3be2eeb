using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Vitrine.Go.Binary;
using Vitrine.Go.Memory;
using Vitrine.Go.Probes.Session;
using Vitrine.Go.Probes.Stacks;
using Vitrine.Instruments;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Memory;
using Vitrine.Linux.Processes;

namespace Vitrine.Go.Probes.Panics;

/// <summary>
/// Watches a Go process for panics and fatal errors. The probe takes with it all that would be gone a moment later (value, text, stack, figures of the heap), so that a
/// panic that ends the process is told as completely as one that is recovered. Not thread-safe.
/// </summary>
public sealed class PanicWatch : IDisposable
{
    /// <summary>For what is not told by an event: panics that nobody saw recover, and the end of the process. Events are taken as they come, because the memory statistics are read then.</summary>
    static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    /// <summary>LOST_RING of vitrine.bpf.h.</summary>
    const uint LostRing = 3;

    readonly GoTarget target;
    readonly PanicOptions options;
    readonly GoProbeSession session;
    readonly BpfRingBuffer events;
    readonly PanicValue values;
    readonly PanicLedger ledger;
    readonly MonotonicClock clock = MonotonicClock.Tie();
    readonly Queue<PanicRecord> kept = new();
    long lastMemory;
    long lookedAfter;
    int count;

    PanicWatch(GoTarget target, PanicOptions options, GoProbeSession session)
    {
        this.target = target;
        this.options = options;
        this.session = session;
        values = new PanicValue(target);
        ledger = new PanicLedger(Settled);
        events = BpfRingBuffer.Open(session.Object.Map("events"), OnRecord);
        session.WindowChanged += OnWindowChanged;
        session.Stopping += Take;
    }

    /// <summary>The panics so far, in the order in which they began; the latest <see cref="PanicOptions.MaxKept"/>.</summary>
    public IReadOnlyCollection<PanicRecord> Panics => kept;

    /// <summary>Panics that were dropped because there were too many.</summary>
    public int Dropped { get; private set; }

    /// <summary>True when a panic that nobody recovered, or a fatal error, was seen: the process is about to end, or has ended.</summary>
    public bool SawTheEnd { get; private set; }

    /// <summary>Puts the probes in place.</summary>
    /// <exception cref="KernelRefusalException">A privilege or a feature of the kernel is missing.</exception>
    /// <exception cref="TargetGoneException">The process ended.</exception>
    public static PanicWatch Start(GoTarget target, PanicOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        options ??= new PanicOptions();
        var config = PanicConfig.Of(target);
        var session = GoProbeSession.Open(target, new GoProbeProgram
        {
            Object = "panics",
            GoTypes = ["runtime.g", "runtime.m", "runtime._panic"],
            Configure = bpf => bpf.SetConfig(config),
            Budget = options.Budget,
        });
        PanicWatch? watch = null;
        try
        {
            session.AttachEntry("on_panic", "runtime.gopanic");
            session.AttachEntry("on_recovery", "runtime.recovery");
            session.AttachEntry("on_uncaught", "runtime.fatalpanic");
            session.AttachEntry("on_fatal", "runtime.throw");
            session.AttachEntry("on_fatal", "runtime.fatal");
            watch = new PanicWatch(target, options, session);
            session.Start();
            return watch;
        }
        catch
        {
            watch?.events.Dispose();
            session.Dispose();
            throw;
        }
    }

    /// <summary>Watches until the time is over, the cancellation, or the end of the process.</summary>
    /// <returns>False when the process ended.</returns>
    public async Task<bool> Run(TimeSpan duration, CancellationToken cancellation, Action? onTick = null)
    {
        var alive = await session.Run(duration, Tick, () =>
        {
            Take();
            onTick?.Invoke();
        }, cancellation, events).ConfigureAwait(false);
        // Only what was seen: who looks after open panics now, with the probes away, takes a recovery for a Goexit.
        events.Consume();
        if (!alive)
            ledger.EndAll();
        return alive;
    }

    /// <summary>What the look cost and lost.</summary>
    public ProbeReport Report()
    {
        if (Dropped > 0)
            session.Note(FormattableString.Invariant($"More panics than the {options.MaxKept:N0} that are kept: the earliest {Dropped:N0} are left out."));
        var report = session.Report();
        return ledger.Orphans == 0 ? report : report with { Lost = new LostEvents([.. report.Lost.ByReason, new("ends whose beginning was not seen", ledger.Orphans)]) };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        events.Dispose();
        session.Dispose();
    }

    void Take()
    {
        events.Consume();
        if (ledger.Open > 0 && Stopwatch.GetElapsedTime(lookedAfter) >= options.LookAfter)
        {
            lookedAfter = Stopwatch.GetTimestamp();
            LookAfterOpen();
        }
    }

    // While the probes are away nobody sees a recovery.
    void OnWindowChanged(bool isOpen)
    {
        if (isOpen)
            return;
        events.Consume();
        ledger.EndAll();
    }

    void OnRecord(ReadOnlySpan<byte> record)
    {
        if (record.Length < Unsafe.SizeOf<PanicEvent>())
            return;
        ref readonly var panic = ref MemoryMarshal.AsRef<PanicEvent>(record);
        switch (panic.Kind)
        {
            case PanicEventKind.Panic:
                var (type, message, kind) = values.Describe(panic);
                ledger.Begin(Record(panic, kind, type, message));
                break;
            case PanicEventKind.Fatal:
                SawTheEnd = true;
                var fatal = Record(panic, PanicKind.FatalError, Known<string>.Of("", Provenance.Read("runtime.throw")), values.Text(panic));
                fatal.Outcome = PanicOutcome.Uncaught;
                Settled(fatal);
                break;
            case PanicEventKind.Recovery:
                ledger.Recover(panic.Goid, panic.Depth, panic.RecoveredMarks());
                break;
            case PanicEventKind.Uncaught:
                SawTheEnd = true;
                ledger.Uncaught(panic.Goid, panic.RecoveredMarks());
                break;
        }
    }

    PanicRecord Record(in PanicEvent panic, PanicKind kind, Known<string> type, Known<string> message)
    {
        ReadOnlySpan<ulong> stack = panic.Stack;
        var frames = StackFrames.Name(target, StackFrames.WithCaller(stack[..Math.Min((int)panic.Frames, PanicEvent.MaxFrames)], panic.Caller));
        var signal = IsSignal(frames);
        var record = new PanicRecord
        {
            Number = ++count,
            At = clock.ToWallClock((long)panic.At),
            StartedNs = (long)panic.At,
            Kind = signal ? PanicKind.Signal : kind,
            Type = type,
            Message = message,
            Goroutine = panic.Goid == 0 ? null : panic.Goid,
            Frames = frames,
            Memory = Memory(panic),
            Signal = signal ? (panic.Signal, panic.Fault) : null,
            Structure = panic.G,
            Depth = panic.Depth,
        };
        if (kept.Count >= options.MaxKept)
        {
            kept.Dequeue();
            Dropped++;
        }
        kept.Enqueue(record);
        options.OnBegin?.Invoke(record);
        return record;
    }

    PanicMemory Memory(in PanicEvent panic)
    {
        var figures = panic.Figures;
        return new PanicMemory(
            Figure(figures, 1, panic.HeapLive), Figure(figures, 2, panic.HeapInUse), Figure(figures, 4, panic.MappedReady), Figure(figures, 8, panic.NumGC), Stats());

        static Known<T> Figure<T>(byte figures, int bit, T value) => (figures & bit) != 0
            ? Known<T>.Of(value, Provenance.Read("the runtime's own counter, at the probe"))
            : Known<T>.Unknown("the address of the runtime's counter is not known, or its page was not in memory");
    }

    Known<Look<MemStats>> Stats()
    {
        if (lastMemory != 0 && Stopwatch.GetElapsedTime(lastMemory) < options.MemoryEvery)
            return Known<Look<MemStats>>.Unknown($"the statistics were read for another panic less than {options.MemoryEvery.TotalMilliseconds:0} ms before");
        try
        {
            var look = MemStatsReader.Read(target);
            lastMemory = Stopwatch.GetTimestamp();
            return Known<Look<MemStats>>.Of(look, Provenance.Read("the memory of the process, when the panic was heard of"));
        }
        catch (TargetGoneException)
        {
            return Known<Look<MemStats>>.Unknown("the process had ended when its statistics were to be read");
        }
        catch (GoBinaryException e)
        {
            return Known<Look<MemStats>>.Unknown(e.Message);
        }
    }

    /// <summary>A signal panics through runtime.sigpanic; between it and gopanic there are only panicmem and its like.</summary>
    static bool IsSignal(List<SourceFrame> frames)
    {
        for (var i = 0; i < frames.Count && frames[i].Function.StartsWith("runtime.", StringComparison.Ordinal); i++)
        {
            if (frames[i].Function == "runtime.sigpanic")
                return true;
        }
        return false;
    }

    /// <summary>Open panics whose goroutine has gone on without them. Goexit in a deferred function leaves no other trace.</summary>
    void LookAfterOpen()
    {
        const uint dead = 6, scan = 0x1000; // runtime._Gdead, _Gscan
        if (!target.Binary.Layouts.TryFind("runtime.g", out var layout) || layout.OffsetOf("goid") is not { } goid || layout.OffsetOf("_panic") is not { } list || layout.OffsetOf("atomicstatus") is not { } status)
            return;
        foreach (var record in ledger.All.Where(record => MonotonicClock.Now - record.StartedNs > options.LookAfter.TotalNanoseconds).ToList())
        {
            if (!target.Memory.TryReadUInt64(record.Structure + (ulong)goid, out var id) || !target.Memory.TryReadUInt32(record.Structure + (ulong)status, out var state)
                || !target.Memory.TryReadUInt64(record.Structure + (ulong)list, out var panics))
                continue;
            // What the ring still holds about it comes first.
            events.Consume();
            if (id != record.Goroutine || (state & ~scan) == dead)
                ledger.End(record, EndOfGoroutine());
            else if (panics == 0 && record.LeftItsList)
                ledger.End(record, PanicOutcome.Unknown);
            // Up to Go 1.21 a panic leaves the list just before its recovery is seen: one look could fall in between.
            record.LeftItsList = panics == 0;
        }
    }

    /// <summary>A recovery that found no room in the ring looks like a Goexit, too.</summary>
    PanicOutcome EndOfGoroutine() => session.Object.Map("counters").SumPerCpu(LostRing) == 0 ? PanicOutcome.Goexit : PanicOutcome.Unknown;

    void Settled(PanicRecord record) => options.OnSettled?.Invoke(record);
}
