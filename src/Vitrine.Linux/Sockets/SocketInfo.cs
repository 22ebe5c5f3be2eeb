using System.Net;

namespace Vitrine.Linux.Sockets;

/// <summary>One socket of a network namespace.</summary>
/// <param name="Protocol">Its table.</param>
/// <param name="Local">Local address; null for a Unix socket.</param>
/// <param name="Remote">Remote address; null when there is none.</param>
/// <param name="State">TCP state; for a Unix socket Listen, Established or Unknown.</param>
/// <param name="Inode">The socket's inode: what /proc/PID/fd/N links to as "socket:[inode]". 0 = no longer owned by a process.</param>
/// <param name="Path">Path or @abstract name of a Unix socket; null otherwise. Untrusted text.</param>
/// <param name="ReceiveQueue">Bytes not yet read; on a listening TCP socket connections not yet accepted.</param>
/// <param name="SendQueue">Bytes not yet acknowledged.</param>
public sealed record SocketInfo(
    SocketProtocol Protocol, IPEndPoint? Local, IPEndPoint? Remote, SocketState State, ulong Inode, string? Path, long ReceiveQueue, long SendQueue);
