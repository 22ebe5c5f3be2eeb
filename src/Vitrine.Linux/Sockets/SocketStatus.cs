namespace Vitrine.Linux.Sockets;

/// <summary>One socket of a process with what the kernel knows about it. A null figure is unknown; <see cref="ProcessSockets.WhyUnknown"/> says why.</summary>
public sealed record SocketStatus
{
    /// <summary>Addresses, state and queues.</summary>
    public required SocketInfo Socket { get; init; }

    /// <summary>The file descriptors that lead to it, ascending.</summary>
    public required IReadOnlyList<int> Descriptors { get; init; }

    /// <summary>
    /// Of a listening socket: connections that may wait to be accepted, min(backlog of listen(2), net.core.somaxconn). The kernel admits one more than that.
    /// </summary>
    public long? QueueLimit { get; init; }

    /// <summary>Size of the receive buffer in bytes: what limits the queue of a datagram socket.</summary>
    public long? ReceiveBuffer { get; init; }

    /// <summary>
    /// What the kernel dropped at this socket since it was made (sk_drops): on a UDP socket datagrams; on a listening TCP socket packets of attempts to connect, almost always
    /// because its queue was full. There a SYN counts once each time it is sent, and the last packet of a handshake twice (tcp_listendrop, and again where the
    /// packet is thrown away: https://github.com/torvalds/linux/blob/v6.12/net/ipv4/tcp_ipv4.c, tcp_v4_syn_recv_sock and discard_and_relse).
    /// </summary>
    public long? Drops { get; init; }

    /// <summary>What was measured of a TCP connection; null for other sockets.</summary>
    public TcpMeasures? Tcp { get; init; }

    /// <summary>
    /// Of a listening TCP socket: connections of its address that no process holds, by state. SynReceived are handshakes under way, Established and CloseWait wait to be
    /// accepted, the others were closed by their process and are being ended by the kernel. Sockets that share the address (SO_REUSEPORT) share the count. Null when unknown.
    /// </summary>
    public IReadOnlyDictionary<SocketState, int>? Unowned { get; init; }
}
