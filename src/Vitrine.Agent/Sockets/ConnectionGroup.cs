using System.Globalization;
using System.Net;
using Vitrine.Linux.Sockets;

namespace Vitrine.Agent.Sockets;

/// <summary>By what connections are put together.</summary>
enum ConnectionGrouping
{
    State,
    Peer,
    Local,
    None,
}

/// <summary>Connections that have something in common, with sums and the worst of them.</summary>
sealed class ConnectionGroup(string key)
{
    public string Key { get; } = key;

    public int Count { get; private set; }

    /// <summary>Bytes that arrived and were not read, and bytes sent that the peer has not acknowledged.</summary>
    public long Unread { get; private set; }

    public long Unacknowledged { get; private set; }

    /// <summary>Segments sent again; null when unknown for every member.</summary>
    public long? Retransmitted { get; private set; }

    /// <summary>Members whose peer does not answer now.</summary>
    public int Silent { get; private set; }

    /// <summary>The longest smoothed round trip; null when unknown for every member.</summary>
    public TimeSpan? WorstRoundTrip { get; private set; }

    /// <summary>Members for which a goroutine waits.</summary>
    public int Waited { get; private set; }

    /// <summary>Groups the connections, the biggest group first; with <see cref="ConnectionGrouping.None"/> each is its own group, in the order of descriptors.</summary>
    public static IReadOnlyList<ConnectionGroup> Of(IReadOnlyList<ConnectionRow> connections, ConnectionGrouping by)
    {
        var groups = new Dictionary<string, ConnectionGroup>(StringComparer.Ordinal);
        foreach (var connection in connections)
        {
            var key = KeyOf(connection.Status, by);
            if (!groups.TryGetValue(key, out var group))
                groups[key] = group = new ConnectionGroup(key);
            group.Add(connection);
        }
        return by == ConnectionGrouping.None
            ? [.. groups.Values]
            : [.. groups.Values.OrderByDescending(group => group.Count).ThenBy(group => group.Key, StringComparer.Ordinal)];
    }

    /// <summary>Names of the protocols and states as ss writes them, in small letters.</summary>
    public static string StateName(SocketInfo socket) => socket.State switch
    {
        SocketState.SynSent => "syn-sent",
        SocketState.SynReceived => "syn-received",
        SocketState.FinWait1 => "fin-wait-1",
        SocketState.FinWait2 => "fin-wait-2",
        SocketState.TimeWait => "time-wait",
        SocketState.CloseWait => "close-wait",
        SocketState.LastAck => "last-ack",
        SocketState.Unknown => "unconnected",
        var other => other.ToString().ToLowerInvariant(),
    };

    public static string ProtocolName(SocketProtocol protocol) => protocol.ToString().ToLowerInvariant();

    public static string? End(IPEndPoint? end) =>
        end is null ? null : end.Address.IsIPv4MappedToIPv6 ? new IPEndPoint(end.Address.MapToIPv4(), end.Port).ToString() : end.ToString();

    void Add(ConnectionRow connection)
    {
        var status = connection.Status;
        Count++;
        Unread += status.Socket.ReceiveQueue;
        Unacknowledged += status.Socket.SendQueue;
        if (connection.Waiters.Count > 0)
            Waited++;
        if (status.Tcp is not { } tcp)
            return;
        Retransmitted = (Retransmitted ?? 0) + tcp.Retransmitted;
        if (tcp.TimeoutsNow > 0)
            Silent++;
        if (WorstRoundTrip is null || tcp.RoundTrip > WorstRoundTrip)
            WorstRoundTrip = tcp.RoundTrip;
    }

    static string KeyOf(SocketStatus status, ConnectionGrouping by)
    {
        var socket = status.Socket;
        var protocol = ProtocolName(socket.Protocol);
        var unix = socket.Path is { Length: > 0 } path ? $"unix {path}" : "unix (no name)";
        return by switch
        {
            ConnectionGrouping.State => $"{(socket.Protocol == SocketProtocol.Tcp6 ? "tcp" : socket.Protocol == SocketProtocol.Udp6 ? "udp" : protocol)} {StateName(socket)}",
            // Without the port, which is another one for each connection of a client.
            ConnectionGrouping.Peer => socket.Protocol == SocketProtocol.Unix ? unix : socket.Remote is { } remote ? Plain(remote.Address) : "(none)",
            ConnectionGrouping.Local => socket.Protocol == SocketProtocol.Unix ? unix : End(socket.Local) ?? "(none)",
            _ => string.Create(CultureInfo.InvariantCulture, $"fd {status.Descriptors[0]}  {protocol} {(socket.Protocol == SocketProtocol.Unix ? socket.Path : $"{End(socket.Local)} ↔ {End(socket.Remote) ?? "-"}")}  {StateName(socket)}"),
        };
    }

    static string Plain(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}
