using System.Net;
using System.Runtime.InteropServices;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Native;
using Vitrine.Linux.Processes;

namespace Vitrine.Linux.Sockets;

/// <summary>Reads <see cref="ProcessSockets"/>: by the kernel's socket diagnosis, or from /proc/PID/net when that cannot be asked.</summary>
internal sealed class ProcessSocketsReader(LinuxProcess process, Limits limits)
{
    static readonly SocketProtocol[] InternetTables = [SocketProtocol.Tcp, SocketProtocol.Tcp6, SocketProtocol.Udp, SocketProtocol.Udp6];

    readonly Dictionary<ulong, List<int>> descriptors = [];
    readonly List<SocketStatus> listeners = [];
    readonly List<SocketStatus> connections = [];
    readonly Dictionary<int, List<AtAddress>> listeningPorts = [];
    bool incomplete;

    public ProcessSockets Read()
    {
        // 1. Descriptors first: a socket that is opened after them is simply not there yet.
        var count = 0;
        foreach (var (descriptor, inode) in SocketTable.SocketInodes(process))
        {
            ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(descriptors, inode, out _);
            (list ??= new List<int>(1)).Add(descriptor);
            count++;
        }

        // 2. What the kernel knows of them.
        string? whyUnknown = null;
        if (count > 0 && !TryDiagnose(out var reason))
        {
            whyUnknown = $"Queue limits, drops, round trips and retransmissions are unknown: {reason}. Shown is what /proc/{process.Pid}/net has.";
            ReadTables();
        }
        process.ThrowIfGone(null);

        return new ProcessSockets(ByDescriptor(listeners), ByDescriptor(connections))
        {
            Namespace = NamespaceDrops.Read(process),
            WhyUnknown = whyUnknown,
            MayBeIncomplete = incomplete,
            SocketDescriptors = count,
        };
    }

    bool TryDiagnose(out string reason)
    {
        using var socket = DiagnosisSocket.TryOpen(process, out reason);
        if (socket is null)
            return false;

        uint sequence = 0;
        // Listening sockets first, so that what belongs to their addresses is recognised among the connections.
        foreach (var protocol in (SocketProtocol[])[SocketProtocol.Tcp, SocketProtocol.Tcp6])
        {
            if (!Succeeded(NetlinkDump.Run(socket, ++sequence, InetDiagnosis.Request(protocol, InetDiagnosis.ListenState), message => TakeInternet(protocol, message), out _), protocol, out reason))
                return false;
        }
        NoteListeningPorts();
        foreach (var protocol in InternetTables)
        {
            if (!Succeeded(NetlinkDump.Run(socket, ++sequence, InetDiagnosis.Request(protocol, InetDiagnosis.AllStates & ~InetDiagnosis.ListenState), message => TakeInternet(protocol, message), out var interrupted), protocol, out reason))
                return false;
            incomplete |= interrupted;
        }
        if (!Succeeded(NetlinkDump.Run(socket, ++sequence, UnixDiagnosis.Request(), TakeUnix, out var unixInterrupted), SocketProtocol.Unix, out reason))
            return false;
        incomplete |= unixInterrupted;
        return true;
    }

    /// <summary>A protocol that this kernel does not diagnose still may have a table in /proc; IPv6 may be absent altogether.</summary>
    bool Succeeded(int errno, SocketProtocol protocol, out string reason)
    {
        reason = "";
        if (errno is 0 or Libc.ENOENT)
        {
            if (errno == Libc.ENOENT)
                ReadTables(protocol);
            return true;
        }
        reason = $"the kernel's socket diagnosis refused ({Files.Describe(errno)})";
        listeners.Clear();
        connections.Clear();
        return false;
    }

    void TakeInternet(SocketProtocol protocol, ReadOnlySpan<byte> message)
    {
        if (!InetDiagnosis.TryHead(message, out var state, out var inode))
            return;
        if (inode == 0)
        {
            if (listeningPorts.Count > 0 && listeningPorts.TryGetValue(InetDiagnosis.LocalPort(message), out var here))
                CountUnowned(here, InetDiagnosis.Local(message).Address, state);
        }
        else if (descriptors.TryGetValue(inode, out var mine))
            Add(InetDiagnosis.Parse(protocol, message, mine));
    }

    void TakeUnix(ReadOnlySpan<byte> message)
    {
        if (UnixDiagnosis.TryInode(message, out var inode) && descriptors.TryGetValue(inode, out var mine))
            Add(UnixDiagnosis.Parse(message, mine));
    }

    void Add(SocketStatus status)
    {
        if (listeners.Count + connections.Count >= limits.MaxSockets)
            incomplete = true;
        else
            (ListeningSockets.Accepts(status.Socket) ? listeners : connections).Add(status);
    }

    /// <summary>From here on each listening TCP socket has a count of the connections of its address that no process holds.</summary>
    void NoteListeningPorts()
    {
        for (var i = 0; i < listeners.Count; i++)
        {
            if (listeners[i].Socket.Local is not { } local)
                continue;
            ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(listeningPorts, local.Port, out _);
            list ??= [];
            var address = Plain(local.Address);
            var shared = list.Find(one => one.Address.Equals(address)).Counts;
            var counts = shared ?? [];
            listeners[i] = listeners[i] with { Unowned = counts };
            if (shared is null)
                list.Add(new AtAddress(address, counts));
        }
    }

    static void CountUnowned(List<AtAddress> here, IPAddress local, SocketState state)
    {
        // As the kernel chooses: the address itself, then all addresses of its family, then ::, which may serve IPv4 too.
        var address = Plain(local);
        var counts = here.Find(one => one.Address.Equals(address)).Counts
            ?? (address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? here.Find(one => one.Address.Equals(IPAddress.Any)).Counts : null)
            ?? here.Find(one => one.Address.Equals(IPAddress.IPv6Any)).Counts;
        if (counts is not null)
            counts[state] = counts.GetValueOrDefault(state) + 1;
    }

    static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    /// <summary>The tables of /proc: queues are there, nothing else.</summary>
    void ReadTables(SocketProtocol? only = null)
    {
        var found = new List<SocketInfo>();
        SocketParser.Read(process.Pid, (protocol, _, inode) => (only is null || only == protocol) && descriptors.ContainsKey(inode), limits.MaxSockets, found);
        // The path of a Unix socket can forge a line, so an inode counts once.
        foreach (var socket in found.DistinctBy(socket => socket.Inode))
            Add(new SocketStatus { Socket = socket, Descriptors = descriptors[socket.Inode] });
    }

    static SocketStatus[] ByDescriptor(List<SocketStatus> sockets) => [.. sockets.OrderBy(socket => socket.Descriptors[0])];

    readonly record struct AtAddress(IPAddress Address, Dictionary<SocketState, int> Counts);
}
