using Vitrine.Go.Binary;
using Vitrine.Go.Probes.Session;
using Vitrine.Go.Probes.Stacks;
using Vitrine.Instruments;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Processes;
using Vitrine.Pprof;

namespace Vitrine.Go.Probes.Waits;

/// <summary>
/// Watches how long the goroutines of one process wait, for what, and who ends the wait. The figures are summed up in the kernel; each reading is of
/// everything since the start. Not thread-safe.
/// </summary>
public sealed class WaitProbe : IDisposable
{
    private const string Parked = "runtime.gopark", Woken = "runtime.ready", Polled = "runtime.netpollready", Queued = "runtime.(*semaRoot).queue";

    private readonly GoTarget _target;
    private readonly WaitProbeOptions _options;
    private readonly WaitProgram _program;
    private readonly NamedStacks _stacks;
    private readonly DateTimeOffset _startedAt = DateTimeOffset.UtcNow;

    // Read at the start: a profile is also written of a target that has ended.
    private readonly IReadOnlyList<MemoryMap> _maps;
    private long _cutOff;
    private IReadOnlyList<OngoingWait>? _ongoing;

    private WaitProbe(GoTarget target, WaitProbeOptions options, WaitProgram program, GoProbeSession session)
    {
        _target = target;
        _options = options;
        _program = program;
        Session = session;
        _maps = target.Process?.Maps() ?? [];
        _stacks = new NamedStacks(new ProbeStacks(target, session.Object.Map("stacks")));
        session.WindowChanged += OnWindow;
        if (options.WithOngoing)
            session.Stopping += OnStopping;
    }

    /// <summary>The probes: run it, ask it for its report.</summary>
    public GoProbeSession Session { get; }

    /// <summary>Loads the program and says where it goes; nothing is attached before the session starts.</summary>
    /// <exception cref="InstrumentUnavailableException">The target's wait reasons are not known, or its waits cannot be probed.</exception>
    /// <exception cref="KernelRefusalException">A privilege or a feature of the kernel is missing.</exception>
    public static WaitProbe Open(GoTarget target, WaitProbeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        options ??= new WaitProbeOptions();
        WaitProgram program = WaitProgram.For(target);
        GoProbeSession session = GoProbeSession.Open(target, program.Describe(target, options));
        try
        {
            // Ends before beginnings: a wait whose beginning is seen has its end probed.
            bool ends = session.AttachEntry("wake", Woken);
            session.AttachEntry("polled", Polled);
            session.AttachEntry("queue", Queued);
            bool begins = session.AttachEntry("park", Parked);
            if (!ends || !begins)
                throw new InstrumentUnavailableException($"Waits cannot be watched: {string.Join("; ", session.Absent.Select(absent => $"{absent.Function}: {absent.Reason}"))}.", "vitrine dump shows what goroutines wait for now.");
            foreach (string note in program.Notes)
                session.Note(note);
            return new WaitProbe(target, options, program, session);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>What was summed up so far.</summary>
    public WaitSnapshot Read(WaitGrouping grouping) => new()
    {
        Grouping = grouping,
        Minimum = _options.Minimum,
        Rows = WaitTotals.Rows(Resolve(), _stacks, grouping, reason => _program.Reasons[reason] ?? "unknown", Session.Scale),
        Ongoing = _ongoing,
        TooShort = (long)Counter(WaitProgram.TooShort),
        BeganBefore = (long)Counter(WaitProgram.BeganBefore),
        CutOff = _cutOff,
        WithoutObject = (long)Counter(WaitProgram.OtherObjects),
        Report = Session.Report(),
    };

    /// <summary>The waits as Go's block profile would have them: contentions and delay by the stack that waited.</summary>
    public Profile BlockProfile() => Profiles().Block(Resolve());

    /// <summary>The waits as Go's mutex profile would have them: contentions and delay by the stack that unlocked.</summary>
    public Profile MutexProfile() => Profiles().Mutex(Resolve());

    /// <summary>Detaches and unloads.</summary>
    public void Dispose() => Session.Dispose();

    private ulong Counter(int slot) => Session.Object.Map("counters").SumPerCpu((uint)slot);

    // What begins in one window and ends in a later one was not watched all the time: it is dropped, and counted.
    private void OnWindow(bool open)
    {
        if (open)
            return;
        BpfMap waiting = Session.Object.Map("waiting");
        _cutOff += waiting.Keys<ulong>().Count;
        waiting.Clear<ulong>();
        Session.Object.Map("lines").Clear<ulong>();
        Session.Note("Waits that crossed the end of a window are not counted: the longest waits are missing most, so that totals are too small rather than too large.");
    }

    private void OnStopping()
    {
        try
        {
            _ongoing = OngoingWaits.Read(_target, Session, _options);
        }
        catch (Exception e) when (e is TargetGoneException or TimeoutException or GoBinaryException)
        {
            Session.Note($"What still waits is not known: {e.Message}");
        }
    }

    private List<ResolvedWait> Resolve()
    {
        var descriptors = new DescriptorNames(_target.Process);
        var resolved = new List<ResolvedWait>();
        foreach ((WaitKey key, WaitSum sum) in Session.Object.Map("sums").ReadAll<WaitKey, WaitSum>().Concat(Session.Object.Map("sums_by_stack").ReadAll<WaitKey, WaitSum>()))
        {
            NamedStacks.Named stack = _stacks[key.Stack];
            if (stack.IsSystem && !_options.WithSystem)
                continue;
            BlockingKind kind = _program.KindOf((byte)key.Reason, stack.Names);
            if (_options.Kinds.Count > 0 && !_options.Kinds.Contains(kind))
                continue;
            resolved.Add(new ResolvedWait(kind, (byte)key.Reason, ObjectOf(kind, key, descriptors), key.Stack, key.Releaser, (WaitReleasedBy)key.ReleasedBy, sum));
        }
        return resolved;
    }

    private WaitObject? ObjectOf(BlockingKind kind, in WaitKey key, DescriptorNames descriptors)
    {
        if (key.Object is 0 or WaitKey.NoObject || kind == BlockingKind.Sleep)
            return null;
        if (kind != BlockingKind.Network)
            return new WaitObject(_program.LockAddress(kind, key.Object));
        int descriptor = (int)(uint)key.Detail;
        return new WaitObject(key.Object, descriptor, descriptors.Of(descriptor));
    }

    private WaitProfiles Profiles() => new(_target, _maps, _stacks, _startedAt, Session.Report().Coverage);
}
