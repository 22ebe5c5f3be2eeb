using System.Net;
using Vitrine.Agent.Sockets;
using Vitrine.Linux.Sockets;

namespace Vitrine.Agent.Tests.Sockets;

public sealed class ConnectionGroupTests
{
    static ConnectionRow Row(SocketProtocol protocol, string? local, string? remote, SocketState state, long unread = 0, TcpMeasures? tcp = null, string? path = null) => new(
        new SocketStatus
        {
            Socket = new SocketInfo(protocol, local is null ? null : IPEndPoint.Parse(local), remote is null ? null : IPEndPoint.Parse(remote), state, 1, path, unread, 2 * unread),
            Descriptors = [7],
            Tcp = tcp,
        },
        []);

    static TcpMeasures Measures(long retransmitted, double milliseconds, int timeouts = 0) => new()
    {
        RoundTrip = TimeSpan.FromMilliseconds(milliseconds),
        RoundTripVariance = TimeSpan.Zero,
        Retransmitted = retransmitted,
        TimeoutsNow = timeouts,
        Unacknowledged = 0,
        SinceSent = TimeSpan.Zero,
        SinceReceived = TimeSpan.Zero,
    };

    [Fact]
    public void ByPeer_MappedAndPlainAddress_AreOnePeer()
    {
        var groups = ConnectionGroup.Of(
        [
            Row(SocketProtocol.Tcp, "10.0.0.1:80", "10.0.0.2:5000", SocketState.Established, unread: 10, tcp: Measures(3, 1.5)),
            Row(SocketProtocol.Tcp6, "[::ffff:10.0.0.1]:80", "[::ffff:10.0.0.2]:5001", SocketState.CloseWait, unread: 5, tcp: Measures(4, 9.5, timeouts: 2)),
            Row(SocketProtocol.Tcp, "10.0.0.1:80", "10.0.0.3:5000", SocketState.Established),
        ], ConnectionGrouping.Peer);
        Assert.Equal(["10.0.0.2", "10.0.0.3"], groups.Select(group => group.Key));
        var first = groups[0];
        Assert.Equal((2, 15, 30, 7, 1, 9.5), (first.Count, first.Unread, first.Unacknowledged, first.Retransmitted, first.Silent, first.WorstRoundTrip!.Value.TotalMilliseconds));
    }

    [Fact]
    public void Measurements_OfNoMember_AreUnknownAndNotZero()
    {
        var group = Assert.Single(ConnectionGroup.Of([Row(SocketProtocol.Tcp, "10.0.0.1:80", "10.0.0.2:5000", SocketState.Established)], ConnectionGrouping.State));
        Assert.Equal("tcp established", group.Key);
        Assert.Null(group.Retransmitted);
        Assert.Null(group.WorstRoundTrip);
    }

    [Fact]
    public void ByNone_EveryConnection_IsListedInItsOrder()
    {
        var groups = ConnectionGroup.Of(
        [
            Row(SocketProtocol.Unix, null, null, SocketState.Established, path: "/run/door.sock"),
            Row(SocketProtocol.Udp, "10.0.0.1:53", "10.0.0.2:5000", SocketState.Established),
        ], ConnectionGrouping.None);
        Assert.Equal(["fd 7  unix /run/door.sock  established", "fd 7  udp 10.0.0.1:53 ↔ 10.0.0.2:5000  established"], groups.Select(group => group.Key));
    }
}
