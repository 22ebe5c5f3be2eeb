using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Vitrine.Go.Binary;
using Vitrine.Go.Goroutines;
using Vitrine.Go.Probes.Session;
using Vitrine.Instruments;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Processes;

namespace Vitrine.Go.Probes.Http;

/// <summary>
/// Watches the server requests of a Go program on net/http, HTTP/1 and HTTP/2: every request with its times and status, on request with where its time
/// went, and those that still run when the watch ends. Not thread-safe.
/// </summary>
public sealed class HttpWatch : IDisposable
{
    /// <summary>At 10,000 requests a second a quarter of the ring buffer fills between two readings.</summary>
    private static readonly TimeSpan s_every = TimeSpan.FromMilliseconds(100);

    private const int MostWorldEvents = 100_000;

    private readonly GoTarget _target;
    private readonly HttpWatchOptions _options;
    private readonly GoProbeSession _session;
    private readonly BpfRingBuffer _ring;
    private readonly HttpRecordReader _reader;
    private readonly List<HttpRequest> _requests = [];
    private readonly List<HttpCollection> _collections = [];
    private readonly List<HttpStop> _stops = [];
    private long _notKept;
    private long _worldEventsNotKept;
    private long _cut;
    private long _startedNs;
    private long _windowNs;
    private bool _interrupted;
    private IReadOnlyList<HttpInFlight> _inFlight = [];
    private string? _inFlightUnknown;
    private HashSet<ulong>? _endedDuringLook;
    private long _endedNs;

    private HttpWatch(GoTarget target, HttpWatchOptions options, GoProbeSession session, WaitReasons reasons)
    {
        _target = target;
        _options = options;
        _session = session;
        _reader = new HttpRecordReader(reasons, options.Split);
        _ring = BpfRingBuffer.Open(session.Object.Map("events"), OnEvent);
        session.WindowChanged += OnWindow;
    }

    /// <summary>Requests that ended so far.</summary>
    public long Finished => _requests.Count + _notKept;

    /// <summary>Requests that ended so far, those that are kept.</summary>
    public IReadOnlyList<HttpRequest> Requests => _requests;

    /// <summary>Loads and places the probes; <see cref="Run"/> starts them.</summary>
    /// <exception cref="InstrumentUnavailableException">The program has no server of net/http.</exception>
    /// <exception cref="KernelRefusalException">A privilege or a feature of the kernel is missing.</exception>
    public static HttpWatch Open(GoTarget target, HttpWatchOptions options)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(options);
        WaitReasons reasons = target.TryGlobal("runtime.waitReasonStrings", out ulong address, out string reason)
            ? WaitReasons.Read(target.Memory, address)
            : WaitReasons.Unknown(reason);
        GoProbeSession session = HttpProbes.Open(target, options, reasons);
        try
        {
            if (options.Split && reasons.UnknownBecause is { } because)
                session.Note($"Wait reasons are shown as numbers: {because}.");
            return new HttpWatch(target, options, session, reasons);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Watches until the time is over or somebody cancels, and looks at what still runs.</summary>
    /// <param name="duration">How long; zero is until cancelled.</param>
    /// <param name="onTick">Called about ten times a second.</param>
    /// <param name="cancellation">Ends the watch in order.</param>
    /// <returns>False when the target ended; what was seen until then is in the report.</returns>
    public async Task<bool> Run(TimeSpan duration, Action onTick, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(onTick);
        _session.Start();
        _startedNs = _windowNs = MonotonicClock.Now;
        // Taking the probes away takes a while: what runs at the end is looked at before, which is why the end is not left to the session.
        using var ending = new CancellationTokenSource();
        try
        {
            bool alive = await _session.Run(TimeSpan.Zero, s_every, () =>
            {
                _ring.Consume();
                onTick();
                if (!cancellation.IsCancellationRequested && (duration == TimeSpan.Zero || MonotonicClock.Now - _startedNs < duration.TotalNanoseconds))
                    return;
                _endedNs = MonotonicClock.Now;
                LookAtTheEnd();
                ending.Cancel();
            }, ending.Token).ConfigureAwait(false);
            if (!alive)
                InFlightIsUnknown("the process ended during the watch");
            return alive;
        }
        finally
        {
            if (_endedNs == 0)
                _endedNs = MonotonicClock.Now;
            _ring.Consume();
        }
    }

    /// <summary>What was seen so far.</summary>
    public HttpReport Report()
    {
        if (_cut > 0)
            _session.Note(FormattableString.Invariant($"{_cut:N0} {(_cut == 1 ? "request" : "requests")} ran when the budget took the probes away, and {(_cut == 1 ? "is" : "are")} not among the requests: a larger --budget sees more."));
        if (_worldEventsNotKept > 0)
            _session.Note(FormattableString.Invariant($"Collections and stops of the world beyond the limit of {MostWorldEvents:N0} were not kept: {_worldEventsNotKept:N0}."));
        return new HttpReport
        {
            Requests = _requests,
            NotKept = _notKept,
            InFlight = _inFlight,
            InFlightUnknown = _inFlightUnknown,
            Collections = _collections,
            Stops = _stops,
            Split = _options.Split,
            StartedNs = _startedNs,
            EndedNs = _endedNs == 0 ? MonotonicClock.Now : _endedNs,
            Clock = MonotonicClock.Tie(),
            Probes = _session.Report(),
        };
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ring.Dispose();
        _session.Dispose();
    }

    private List<KeyValuePair<ulong, RequestRecord>> RequestMap() => _session.Object.Map("requests").ReadAll<ulong, RequestRecord>();

    private WorldState World() => _session.Object.Map("worlds").TryLookup(0u, out WorldState world) ? world : default;

    private void LookAtTheEnd()
    {
        try
        {
            _endedDuringLook = [];
            bool sawAll = !_interrupted && _session.Report().Lost.Total == 0;
            _inFlight = new InFlightReader(_target, _reader, _options.Split).Read(RequestMap, () =>
            {
                // What is no longer in the map has its event in the ring: the map first.
                List<KeyValuePair<ulong, RequestRecord>> requests = RequestMap();
                _ring.Consume();
                return new InFlightReader.Reading(requests, _endedDuringLook, World());
            }, sawAll ? _startedNs : null);
        }
        catch (Exception e) when (e is TargetGoneException or TimeoutException or GoBinaryException)
        {
            InFlightIsUnknown(e.Message);
        }
        finally
        {
            _endedDuringLook = null;
        }
    }

    private void InFlightIsUnknown(string because)
    {
        _inFlightUnknown = because.TrimEnd('.');
        _session.Note($"What still runs is not known: {_inFlightUnknown}.");
    }

    // The budget takes the probes away: nothing that runs now is followed to its end, and what is kept of it would be taken for something else later.
    private void OnWindow(bool open)
    {
        if (open)
        {
            _windowNs = MonotonicClock.Now;
            return;
        }
        _interrupted = true;
        _ring.Consume();
        _cut += _session.Object.Map("requests").TakeAll<ulong, RequestRecord>().Count;
        _session.Object.Map("threads").Clear<uint>();
        _session.Object.Map("worlds").Update(0u, new WorldState());
        CloseCollection(MonotonicClock.Now, isCut: true);
    }

    private void OnEvent(ReadOnlySpan<byte> record)
    {
        if (record.Length < sizeof(uint))
            return;
        switch ((HttpEventKind)MemoryMarshal.Read<uint>(record))
        {
            case HttpEventKind.Request when record.Length >= Unsafe.SizeOf<FinishedRecord>():
                OnRequest(MemoryMarshal.AsRef<FinishedRecord>(record));
                break;
            case HttpEventKind.GcStart or HttpEventKind.GcEnd or HttpEventKind.Stop when record.Length >= Unsafe.SizeOf<WorldRecord>():
                OnWorld(MemoryMarshal.AsRef<WorldRecord>(record));
                break;
        }
    }

    private void OnRequest(in FinishedRecord record)
    {
        _endedDuringLook?.Add(record.Request.GoroutineId);
        bool kept = _requests.Count < _options.MostRequests;
        if (!kept)
            _notKept++;
        if (!kept && _options.OnFinished is null)
            return;
        HttpRequest request = _reader.Finished(record);
        if (kept)
            _requests.Add(request);
        _options.OnFinished?.Invoke(request);
    }

    private void OnWorld(in WorldRecord record)
    {
        if (_stops.Count + _collections.Count >= MostWorldEvents)
        {
            _worldEventsNotKept++;
            return;
        }
        switch ((HttpEventKind)record.Kind)
        {
            case HttpEventKind.Stop:
                _stops.Add(new HttpStop((long)record.Started, (long)record.Ended, record.Collection != 0));
                break;
            case HttpEventKind.GcStart:
                _collections.Add(new HttpCollection((long)record.Started, null, false));
                break;
            case HttpEventKind.GcEnd when record.Started == 0:
                _collections.Add(new HttpCollection(_windowNs, (long)record.Ended, true));
                break;
            case HttpEventKind.GcEnd:
                CloseCollection((long)record.Ended, isCut: false);
                break;
        }
    }

    private void CloseCollection(long endedNs, bool isCut)
    {
        if (_collections is [.., { EndedNs: null } last])
            _collections[^1] = last with { EndedNs = endedNs, IsCut = isCut };
    }
}
