using Vitrine.Go;
using Vitrine.Go.Binary;
using Vitrine.Go.Sockets;
using Vitrine.Instruments;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Sockets;

namespace Vitrine.Agent.Sockets;

/// <summary>Looks at the sockets of a process, once or again and again, and remembers what changed since the first look. Works for any process; goroutines only for Go.</summary>
sealed class SocketsSampler : IDisposable
{
    readonly LinuxProcess _process;
    readonly GoTarget? _target;
    readonly AcceptorSearch? _acceptors;
    readonly string? _noGoroutines;
    readonly Dictionary<ulong, Memory> _memory = [];
    NamespaceDrops? _first;
    long _started;
    int _looks;

    public SocketsSampler(LinuxProcess process)
    {
        _process = process;
        try
        {
            _target = GoTarget.Attach(process);
            _acceptors = new AcceptorSearch(_target);
        }
        catch (NotGoException)
        {
            _noGoroutines = "it is not a Go program";
        }
        catch (GoBinaryException exception)
        {
            _noGoroutines = exception.Message;
        }
        Target = new SocketsTarget(process.Pid, process.CommandName, process.ExecutablePath, _target?.RuntimeVersion);
    }

    /// <summary>Whose sockets are looked at.</summary>
    public SocketsTarget Target { get; }

    public SocketsSample Look(CancellationToken cancellation)
    {
        var capturedAt = DateTimeOffset.UtcNow;
        var began = TimeProvider.System.GetTimestamp();
        if (_looks++ == 0)
            _started = began;

        // 1. What the kernel says.
        var sockets = ProcessSockets.Of(_process);
        _first ??= sockets.Namespace;

        // 2. Who waits for what.
        var (waits, acceptors, noGoroutines) = Goroutines(sockets, cancellation);

        // 3. What changed since the first look; sockets that are gone are forgotten.
        var here = sockets.Listeners.Select(one => one.Socket.Inode).ToHashSet();
        foreach (var gone in _memory.Keys.Where(inode => !here.Contains(inode)).ToList())
            _memory.Remove(gone);
        var newInNamespace = new NamespaceDrops(
            sockets.Namespace.ListenOverflows - _first.ListenOverflows, sockets.Namespace.ListenDrops - _first.ListenDrops, sockets.Namespace.RequestQueueDrops - _first.RequestQueueDrops);
        var listeners = new List<ListenerRow>(sockets.Listeners.Count);
        for (var i = 0; i < sockets.Listeners.Count; i++)
            listeners.Add(Row(sockets.Listeners[i], acceptors?[i] ?? Acceptor.Unknown(noGoroutines!), sockets.Namespace.ListenOverflows, newInNamespace.ListenOverflows));
        return new SocketsSample
        {
            CapturedAt = capturedAt,
            Duration = TimeProvider.System.GetElapsedTime(began),
            Listeners = listeners,
            Connections = [.. sockets.Connections.Select(one => new ConnectionRow(one, waits is null ? [] : AcceptorSearch.Waiters(one, waits)))],
            Namespace = sockets.Namespace,
            NewInNamespace = newInNamespace,
            Looks = _looks,
            Watched = TimeProvider.System.GetElapsedTime(_started, began),
            Report = Report(sockets, waits, TimeProvider.System.GetElapsedTime(_started)),
            WhyUnknown = sockets.WhyUnknown,
            NoGoroutines = noGoroutines,
        };
    }

    public void Dispose() => _target?.Dispose();

    (DescriptorWaits? Waits, Acceptor[]? Acceptors, string? NoGoroutines) Goroutines(ProcessSockets sockets, CancellationToken cancellation)
    {
        if (_acceptors is null)
            return (null, null, _noGoroutines);
        try
        {
            var waits = _acceptors.Look(cancellation);
            var deserted = _memory.Where(pair => pair.Value.Deserted).Select(pair => pair.Key).ToHashSet();
            return (waits, _acceptors.Find(sockets.Listeners, waits, deserted, cancellation), null);
        }
        catch (Exception exception) when (exception is GoBinaryException or TimeoutException or InstrumentUnavailableException or AccessDeniedException)
        {
            return (null, null, exception.Message);
        }
    }

    ListenerRow Row(SocketStatus status, Acceptor acceptor, long? inNamespace, long? newInNamespace)
    {
        if (!_memory.TryGetValue(status.Socket.Inode, out var memory))
            // A socket that was not there at the first look has dropped everything since.
            _memory[status.Socket.Inode] = memory = new Memory(_looks == 1 || status.Drops is null ? status.Drops : 0);
        memory.Deserted = acceptor.Kind is AcceptorKind.Elsewhere or AcceptorKind.Nobody;
        memory.MostQueued = Math.Max(memory.MostQueued, status.Socket.ReceiveQueue);
        var tcp = status.Socket.Protocol is SocketProtocol.Tcp or SocketProtocol.Tcp6;
        return new ListenerRow(
            status, acceptor, AtMost(status.Drops, tcp ? inNamespace : null), AtMost(status.Drops - memory.FirstDrops, tcp ? newInNamespace : null), memory.MostQueued);

        static long? AtMost(long? own, long? ofAll) => own is { } value && ofAll is { } all ? Math.Min(value, all) : own;
    }

    static ProbeReport Report(ProcessSockets sockets, DescriptorWaits? waits, TimeSpan watched)
    {
        var notes = new List<string>();
        if (sockets.MayBeIncomplete)
            notes.Add("The kernel's tables changed while they were read, or hold more sockets than the limit: a socket may be missing.");
        if (waits is { NotFound: > 0 })
            notes.Add($"{waits.NotFound} {(waits.NotFound == 1 ? "goroutine waits" : "goroutines wait")} for a descriptor that could not be found out.");
        var coverage = new ProbeCoverage(watched, watched, 1, 1, Known<double>.Of(0, Provenance.Computed("counters were read, nothing was sampled")));
        return new ProbeReport(ProbeCost.None, LostEvents.None, coverage, [], notes);
    }

    sealed class Memory(long? firstDrops)
    {
        public long? FirstDrops { get; } = firstDrops;

        public long MostQueued { get; set; }

        /// <summary>Nobody accepted at the last look.</summary>
        public bool Deserted { get; set; }
    }
}
