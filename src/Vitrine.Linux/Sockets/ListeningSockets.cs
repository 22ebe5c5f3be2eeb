using Vitrine.Linux.Binaries;
using Vitrine.Linux.Processes;

namespace Vitrine.Linux.Sockets;

/// <summary>
/// The listening sockets of many processes: the kernel's tables are read once for each network namespace, not once for each process.
/// One object is one survey; make a new one to see changes.
/// </summary>
public sealed class ListeningSockets(Limits? limits = null)
{
    readonly Limits limits = limits ?? Limits.Default;
    readonly Dictionary<ulong, Dictionary<ulong, SocketInfo>> byNamespace = [];

    /// <summary>The sockets on which the process listens; each once.</summary>
    /// <exception cref="TargetGoneException">The process ended.</exception>
    /// <exception cref="AccessDeniedException">The kernel does not let the viewer list its file descriptors.</exception>
    public IReadOnlyList<SocketInfo> Of(LinuxProcess process)
    {
        ArgumentNullException.ThrowIfNull(process);
        var result = new List<SocketInfo>();
        Dictionary<ulong, SocketInfo>? sockets = null;
        var seen = new HashSet<ulong>();
        foreach (var (_, inode) in SocketTable.SocketInodes(process))
        {
            sockets ??= SocketsOf(process);
            if (sockets.TryGetValue(inode, out var socket) && seen.Add(inode))
                result.Add(socket);
        }
        return result;
    }

    /// <summary>True for a listening TCP or Unix socket and for a bound, unconnected UDP socket.</summary>
    internal static bool Accepts(SocketInfo socket) =>
        Accepts(socket.Protocol, socket.State) && (socket.Protocol == SocketProtocol.Unix || socket.Local is { Port: > 0 });

    internal static IReadOnlyList<int> PidsOn(ListenAddress address)
    {
        var survey = new ListeningSockets();
        var result = new List<int>();
        foreach (var pid in ProcessList.Pids())
        {
            try
            {
                var process = LinuxProcess.Open(pid);

                // Listing descriptors is the expensive part: only where the namespace has such a socket at all.
                if (survey.SocketsOf(process).Values.Any(address.IsServedBy) && survey.Of(process).Any(address.IsServedBy))
                    result.Add(pid);
            }
            catch (Exception e) when (e is TargetGoneException or AccessDeniedException or IOException)
            {
                // It ended meanwhile, or is somebody else's.
            }
        }
        return result;
    }

    static bool Accepts(SocketProtocol protocol, SocketState state) => protocol switch
    {
        SocketProtocol.Udp or SocketProtocol.Udp6 => state == SocketState.Closed, // what the kernel shows for an unconnected UDP socket
        _ => state == SocketState.Listen,
    };

    Dictionary<ulong, SocketInfo> SocketsOf(LinuxProcess process)
    {
        // Without the right to see the namespace there is none to the descriptors either; key 0 then stands for "of this process".
        var key = process.Namespaces.Network ?? 0;
        if (key != 0 && byNamespace.TryGetValue(key, out var known))
            return known;

        var sockets = new List<SocketInfo>();
        SocketParser.Read(process.Pid, (protocol, state, _) => Accepts(protocol, state), limits.MaxSockets, sockets);
        var result = new Dictionary<ulong, SocketInfo>();
        foreach (var socket in sockets.Where(Accepts))
            result.TryAdd(socket.Inode, socket);
        return byNamespace[key] = result;
    }
}
