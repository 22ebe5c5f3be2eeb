using System.Diagnostics;
using System.Globalization;
using Vitrine.Go.Binary;
using Vitrine.Go.Probes.Btf;
using Vitrine.Go.Probes.Points;
using Vitrine.Instruments;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Processes;

namespace Vitrine.Go.Probes.Session;

/// <summary>
/// One look with probes at one Go process: loads a program that was fitted to the target's types, attaches it to functions, keeps it inside its budget
/// and accounts for what it cost and lost. Everything it brings into the kernel belongs to file descriptors of this process: after the end of this
/// process, however it ends, nothing is left. Not thread-safe.
/// </summary>
public sealed class GoProbeSession : IDisposable
{
    // A wait for events cannot be cancelled: it is never longer than this.
    private static readonly TimeSpan s_soonCancelled = TimeSpan.FromMilliseconds(200);

    private readonly GoTarget _target;
    private readonly GoProbeProgram _program;
    private readonly ProbePointFinder _points;
    private readonly string _executable;
    private readonly ProbeMeter _meter;
    private readonly ProbeGovernor _governor;
    private readonly List<Attachment> _attachments = [];
    private readonly List<AbsentProbe> _absent = [];
    private readonly List<string> _notes = [];
    private readonly HashSet<string> _singleStepped = new(StringComparer.Ordinal);
    private long _startedAt;
    private long _windowAt;
    private TimeSpan? _watched;
    private ProbeMeter.Spent _before;
    private ProbeMeter.Spent _windowBefore;
    private bool _open;
    private bool _paused;
    private bool _targetEnded;

    private GoProbeSession(GoTarget target, GoProbeProgram program, BpfObject bpf)
    {
        _target = target;
        _program = program;
        Object = bpf;
        _meter = new ProbeMeter(bpf);
        _points = new ProbePointFinder(target.Binary);
        _executable = string.Create(CultureInfo.InvariantCulture, $"/proc/{target.Pid}/exe");
        _governor = new ProbeGovernor(program.Budget);
    }

    /// <summary>The loaded programs and maps.</summary>
    public BpfObject Object { get; }

    /// <summary>Where the functions of the binary can be probed.</summary>
    public ProbePointFinder Points => _points;

    /// <summary>What was asked for and could not be probed.</summary>
    public IReadOnlyList<AbsentProbe> Absent => _absent;

    /// <summary>What counts and totals are to be multiplied by: 1 unless the budget forced windows.</summary>
    public double Scale => Coverage().Scale;

    /// <summary>Called when the probes are about to be taken away for a while and when they are back: what is half finished then will not be finished.</summary>
    public event Action<bool>? WindowChanged;

    /// <summary>Called at the end of the look while the probes are still in place: what is read of the target now goes together with what they saw.</summary>
    public event Action? Stopping;

    /// <summary>Fits the program to the target and loads it. Nothing is attached yet.</summary>
    /// <exception cref="KernelRefusalException">A privilege or a feature of the kernel is missing.</exception>
    /// <exception cref="GoBinaryException">The target's types cannot be read.</exception>
    public static GoProbeSession Open(GoTarget target, GoProbeProgram program)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(program);
        if (target.Process is null)
            throw new InstrumentUnavailableException("A core dump cannot be probed: nothing runs in it.", "vitrine dump shows its goroutines.");
        BpfObject bpf = BpfObject.Open(BpfResources.Read(program.Object), program.Object, GoBtf.Build(target.Binary, [.. program.GoTypes]));
        try
        {
            program.Configure?.Invoke(bpf);
            bpf.Load();
            return new GoProbeSession(target, program, bpf);
        }
        catch
        {
            bpf.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Probes the entry of a function, all its bodies when it has several. In programs of Go before 1.21, whose frames are made without a push, that is the
    /// emulated branch of the stack check; PROBE in go.bpf.h leaves out the calls that start anew there.
    /// </summary>
    /// <returns>False when the function cannot be probed; <see cref="Absent"/> has the reason then.</returns>
    public bool AttachEntry(string bpfProgram, string goFunction, ulong cookie = 0) =>
        _points.TryEntries(goFunction, out IReadOnlyList<ProbePoint>? points, out string reason, allowStackCheck: true)
            ? AttachAll(bpfProgram, points, goFunction, cookie)
            : NotThere(goFunction, reason);

    /// <summary>Probes every return of a function. Returns are single-stepped on x86-64: an order of magnitude dearer than entries.</summary>
    /// <returns>False when the function cannot be probed.</returns>
    public bool AttachReturns(string bpfProgram, string goFunction, ulong cookie = 0) =>
        _points.TryReturns(goFunction, out IReadOnlyList<ProbePoint>? points, out string reason)
            ? AttachAll(bpfProgram, points, goFunction, cookie)
            : NotThere(goFunction, reason);

    /// <summary>Probes the first emulable instruction that every path crosses after <paramref name="callee"/> returned into <paramref name="goFunction"/>.</summary>
    /// <returns>False when there is no such place.</returns>
    public bool AttachAfterCall(string bpfProgram, string goFunction, string callee, ulong cookie = 0) =>
        _points.TryAfterCall(goFunction, callee, out IReadOnlyList<ProbePoint>? points, out string reason)
            ? AttachAll(bpfProgram, points, goFunction, cookie)
            : NotThere($"{goFunction} after {callee}", reason);

    /// <summary>Probes one place.</summary>
    /// <param name="bpfProgram">The program.</param>
    /// <param name="point">The place, in link-time addresses.</param>
    /// <param name="what">What is there, for messages.</param>
    /// <param name="cookie">What the program gets from bpf_get_attach_cookie.</param>
    public void AttachPoint(string bpfProgram, ProbePoint point, string what, ulong cookie = 0)
    {
        if (point.Mechanism == ProbeMechanism.SingleStepped)
            _singleStepped.Add(what);
        ThrowIfStarted();
        BpfProgram program = Object.Program(bpfProgram);
        _meter.Add(program, point.Mechanism);
        Attachment? attachment = _attachments.Find(one => one.Program == program && one.Places is not null);
        if (attachment is null)
            _attachments.Add(attachment = Attachment.ToFunctions(program, _target.Pid, _executable));
        attachment.Places!.Add((point.FileOffset, point.IsStackCheck ? cookie | ProbePoint.StackCheckCookie : cookie));
    }

    /// <summary>Attaches to a tracepoint of the kernel.</summary>
    public void AttachTracepoint(string bpfProgram, string category, string name) =>
        Add(new Attachment(Object.Program(bpfProgram), program => [program.AttachTracepoint(category, name)]));

    /// <summary>Attaches to the clock of every processor.</summary>
    /// <param name="bpfProgram">The program.</param>
    /// <param name="frequencyHz">Samples a second on each processor.</param>
    public void AttachClocks(string bpfProgram, int frequencyHz)
    {
        foreach (int cpu in PerfEvents.OnlineCpus())
        {
            var clock = PerfEvents.OpenCpuClock(cpu, frequencyHz);
            Add(new Attachment(Object.Program(bpfProgram), program => [program.AttachPerfEvent(clock)]) { Event = clock });
        }
    }

    /// <summary>Says that something that was asked for cannot be probed, and why.</summary>
    public void AddAbsent(string what, string reason) => NotThere(what, reason);

    /// <summary>Says something that the reader of the result must know.</summary>
    public void Note(string sentence)
    {
        if (!_notes.Contains(sentence))
            _notes.Add(sentence);
    }

    /// <summary>Puts the probes in place, program by program, in the order in which they were first asked for; does nothing when they are.</summary>
    /// <exception cref="KernelRefusalException">The kernel does not attach one of them.</exception>
    /// <exception cref="TargetGoneException">The target ended.</exception>
    public void Start()
    {
        if (_startedAt != 0)
            return;
        _target.ThrowIfGone();
        _before = _meter.Total();
        OpenWindow();
        // The look begins when all probes are in place: attaching takes from milliseconds to, on a busy machine, seconds.
        _startedAt = _windowAt;
    }

    /// <summary>Watches: calls <paramref name="onTick"/> regularly, and takes the probes away for as long as the budget asks for.</summary>
    /// <param name="duration">How long; zero is until cancelled.</param>
    /// <param name="every">Time between two calls.</param>
    /// <param name="onTick">Reads what the programs have gathered.</param>
    /// <param name="cancellation">Ends the look in order: this method then returns.</param>
    /// <param name="wake">Events that cannot wait for a tick: they are handed out as they come. Asking for them at short intervals instead costs a processor's wake-up each time.</param>
    /// <returns>False when the target ended: nothing can be read of it any more, and what was gathered is still there. <see cref="Report"/> says so too.</returns>
    /// <exception cref="TargetGoneException">The target ended before the probes were in place: there is no result.</exception>
    public async Task<bool> Run(TimeSpan duration, TimeSpan every, Action onTick, CancellationToken cancellation, BpfRingBuffer? wake = null)
    {
        ArgumentNullException.ThrowIfNull(onTick);
        Start();
        TimeSpan nextTick = every;
        TimeSpan resumeAt = TimeSpan.Zero;
        TimeSpan nextCheck = ProbeGovernor.ShortestWindow;
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                TimeSpan now = Stopwatch.GetElapsedTime(_startedAt);
                if (duration > TimeSpan.Zero && now >= duration)
                    break;
                if (now >= nextTick)
                {
                    _target.ThrowIfGone();
                    onTick();
                    nextTick = now + every;
                }
                if (!_open && now >= resumeAt)
                {
                    OpenWindow();
                    // Attaching takes time itself, on a busy machine more than a short window is long.
                    nextCheck = Stopwatch.GetElapsedTime(_startedAt) + _governor.NextWindow;
                }
                else if (_open && now >= nextCheck)
                {
                    resumeAt = now + Govern(now);
                    nextCheck = now + _governor.NextCheck;
                }
                TimeSpan next = Least(nextTick, _open ? nextCheck : resumeAt);
                if (duration > TimeSpan.Zero)
                    next = Least(next, duration);
                TimeSpan wait = next - Stopwatch.GetElapsedTime(_startedAt);
                if (wait <= TimeSpan.Zero)
                    continue;
                if (wake is null)
                    await Task.Delay(wait, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                else
                    wake.Poll(Least(wait, s_soonCancelled));
            }
        }
        catch (TargetGoneException)
        {
            _targetEnded = true;
        }
        finally
        {
            // A look that is shorter than a tick asks nobody else whether there was a target until its end.
            _targetEnded |= _target.IsGone;
            Stop();
        }
        return !_targetEnded;
    }

    /// <summary>Takes the probes away. What was gathered can still be read.</summary>
    public void Stop()
    {
        if (_startedAt == 0 || _watched is not null)
            return;
        if (_open)
            Stopping?.Invoke();
        _watched = Stopwatch.GetElapsedTime(_startedAt);
        CloseWindow();
    }

    /// <summary>What the look cost, lost and saw, so far.</summary>
    public ProbeReport Report()
    {
        ProbeMeter.Spent spent = _meter.Total() - _before;
        TimeSpan watched = Watched();
        Provenance provenance = _meter.Provenance;
        var notes = new List<string>(_notes);
        if (_singleStepped.Count > 0)
            notes.Add($"Single-stepped, because no instruction there is emulated by the kernel: {Names(_singleStepped)}. Such a hit costs about ten times as much.");
        ProbeCoverage coverage = Coverage();
        if (_paused)
            notes.Add(Windowed(coverage, watched));
        return new ProbeReport(
            new ProbeCost(
                spent.Hits,
                spent.Hits > 0 ? Known<double>.Of(spent.Nanoseconds / spent.Hits, provenance) : Known<double>.Unknown("no probe was hit", provenance),
                _meter.IsBlind ? Known<double>.Unknown("the kernel tells the time of clock and tracepoint programs only to CAP_SYS_ADMIN, so that the budget is not watched either") : watched > TimeSpan.Zero ? Known<double>.Of(spent.Nanoseconds / watched.TotalNanoseconds, provenance) : Known<double>.Unknown("nothing was watched yet", provenance)),
            ProbeLosses.Read(Object, _program),
            coverage,
            _absent,
            notes);
    }

    /// <summary>Probes go before the maps they fill.</summary>
    public void Dispose()
    {
        Attachment.DetachAll(_attachments);
        foreach (Attachment attachment in _attachments)
            attachment.Dispose();
        Object.Dispose();
    }

    private string Windowed(ProbeCoverage coverage, TimeSpan watched)
    {
        string figures = !_program.Scales ? "what happened in between was not seen and is in no figure"
            : coverage.Scale > 1 ? string.Create(CultureInfo.InvariantCulture, $"counts and totals are scaled by {coverage.Scale:0.00}")
            : $"counts and totals are of what was seen, a lower bound: {coverage.RelativeError.Reason}";
        return string.Create(CultureInfo.InvariantCulture,
            $"The probes would have cost more than the budget of {_program.Budget * 100:0.#####} % of one processor: they were in place for {coverage.Open.TotalSeconds:0.00} s of {watched.TotalSeconds:0.00} s, in {coverage.Windows} {(coverage.Windows == 1 ? "window" : "windows")}; {figures}.");
    }

    private static TimeSpan Least(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private static string Names(HashSet<string> names)
    {
        const int most = 6;
        string first = string.Join(", ", names.Order(StringComparer.Ordinal).Take(most));
        return names.Count > most ? $"{first} and {names.Count - most} more" : first;
    }

    private TimeSpan Watched() => _watched ?? (_startedAt == 0 ? TimeSpan.Zero : Stopwatch.GetElapsedTime(_startedAt));

    private ProbeCoverage Coverage()
    {
        ProbeCoverage closed = _governor.Coverage(Watched(), _paused) with { IsScaled = _program.Scales, TargetEnded = _targetEnded };
        if (!_open)
            return closed;
        TimeSpan open = closed.Open + Stopwatch.GetElapsedTime(_windowAt);
        return closed with { Open = open, Windows = closed.Windows + 1, Scale = closed.Scale > 1 ? Math.Max(1, Watched() / open) : 1 };
    }

    private bool AttachAll(string bpfProgram, IReadOnlyList<ProbePoint> points, string what, ulong cookie)
    {
        foreach (ProbePoint point in points)
            AttachPoint(bpfProgram, point, what, cookie);
        return true;
    }

    private bool NotThere(string what, string reason)
    {
        if (!_absent.Exists(one => one.Function == what))
            _absent.Add(new AbsentProbe(what, reason));
        return false;
    }

    private void Add(Attachment attachment)
    {
        ThrowIfStarted();
        _meter.Add(attachment.Program, null);
        _attachments.Add(attachment);
    }

    private void ThrowIfStarted()
    {
        if (_startedAt != 0)
            throw new InvalidOperationException("Probes are chosen before the look starts.");
    }

    private void OpenWindow()
    {
        try
        {
            foreach (Attachment attachment in _attachments)
                attachment.Attach();
        }
        catch (KernelRefusalException)
        {
            // A target that ends right now is no refusal of the kernel's.
            _target.ThrowIfGone();
            throw;
        }
        if (_paused)
            WindowChanged?.Invoke(true);
        _windowBefore = _meter.Total();
        Object.Switch(on: true);
        _windowAt = Stopwatch.GetTimestamp();
        _open = true;
    }

    private void CloseWindow()
    {
        if (!_open)
            return;
        Object.Switch(on: false);
        _open = false;
        ProbeMeter.Spent spent = _meter.Total() - _windowBefore;
        _governor.WindowClosed(Stopwatch.GetElapsedTime(_windowAt), spent.Hits, spent.Nanoseconds);
        Attachment.DetachAll(_attachments);
    }

    // Answers how long the probes stay away; zero when they stay.
    private TimeSpan Govern(TimeSpan now)
    {
        ProbeMeter.Spent total = _meter.Total();
        TimeSpan pause = _governor.PauseAfter(now, (total - _before).Nanoseconds, Stopwatch.GetElapsedTime(_windowAt), (total - _windowBefore).Nanoseconds);
        if (pause <= TimeSpan.Zero)
            return TimeSpan.Zero;
        _paused = true;
        CloseWindow();
        WindowChanged?.Invoke(false);
        if (pause > ProbeGovernor.LongPause)
            Note(string.Create(CultureInfo.InvariantCulture, $"The probes are so dear here that after one short window they have to stay away for {pause.TotalSeconds:0} s; a larger --budget sees more."));
        return pause;
    }
}
