using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Processes;

namespace Vitrine.Linux.Sockets;

/// <summary>
/// The sockets that a process has open, by file descriptor, read in the network namespace of that process. Not one snapshot: connections come and go between the
/// descriptors and the kernel's tables. Needs the right to list the process's descriptors (same user or CAP_SYS_PTRACE).
/// </summary>
public sealed class SocketTable
{
    readonly SortedDictionary<int, SocketInfo> byDescriptor;

    SocketTable(SortedDictionary<int, SocketInfo> byDescriptor)
    {
        this.byDescriptor = byDescriptor;
        Listening = [.. byDescriptor.Values.Where(ListeningSockets.Accepts).DistinctBy(s => s.Inode)];
    }

    /// <summary>The sockets by file descriptor, ascending. Two descriptors may share one socket.</summary>
    public IReadOnlyDictionary<int, SocketInfo> ByFileDescriptor => byDescriptor;

    /// <summary>Listening TCP and Unix sockets and bound, unconnected UDP sockets.</summary>
    public IReadOnlyList<SocketInfo> Listening { get; }

    /// <summary>Reads the sockets that the process has open.</summary>
    /// <exception cref="TargetGoneException">The process ended.</exception>
    /// <exception cref="AccessDeniedException">The kernel refuses.</exception>
    public static SocketTable Of(LinuxProcess process, Limits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(process);
        var inodes = SocketInodes(process).ToList();
        var sought = inodes.Select(i => i.Inode).ToHashSet();
        var sockets = new List<SocketInfo>();
        if (sought.Count > 0)
            SocketParser.Read(process.Pid, (_, _, inode) => sought.Contains(inode), (limits ?? Limits.Default).MaxSockets, sockets);
        process.ThrowIfGone(null);

        var byInode = new Dictionary<ulong, SocketInfo>();
        foreach (var socket in sockets)
            byInode.TryAdd(socket.Inode, socket);
        var result = new SortedDictionary<int, SocketInfo>();
        foreach (var (descriptor, inode) in inodes)
        {
            if (byInode.TryGetValue(inode, out var socket))
                result[descriptor] = socket;
        }
        return new SocketTable(result);
    }

    /// <summary>The socket behind a file descriptor; false when it is not open, not a socket, or of a kind that is not listed (netlink, packet …).</summary>
    public bool TryGetByFileDescriptor(int fileDescriptor, [NotNullWhen(true)] out SocketInfo? socket) => byDescriptor.TryGetValue(fileDescriptor, out socket);

    /// <summary>
    /// Pids that listen on ":8080", "127.0.0.1:8080", "[::1]:8080", "localhost:8080" (TCP) or on the path of a Unix socket, ascending, in every network namespace that a
    /// visible process is in. A socket bound to all addresses serves each of them. Processes whose descriptors may not be listed are left out.
    /// </summary>
    /// <exception cref="FormatException">The address is none of these forms.</exception>
    public static IReadOnlyList<int> PidsListeningOn(string address) => ListeningSockets.PidsOn(ListenAddress.Parse(address));

    /// <summary>File descriptors that are sockets, with the socket's inode.</summary>
    internal static IEnumerable<(int Descriptor, ulong Inode)> SocketInodes(LinuxProcess process)
    {
        const string prefix = "socket:[";
        foreach (var descriptor in process.FileDescriptors())
        {
            var link = process.ReadFileDescriptor(descriptor);
            if (link is not null && link.StartsWith(prefix, StringComparison.Ordinal) && link.EndsWith(']')
                && ulong.TryParse(link.AsSpan(prefix.Length)[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var inode))
            {
                yield return (descriptor, inode);
            }
        }
    }
}
