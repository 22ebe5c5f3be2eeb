using System.Buffers.Binary;
using System.Net;
using System.Runtime.InteropServices;

namespace Vitrine.Linux.Sockets;

/// <summary>Requests and answers of the diagnosis of TCP and UDP sockets (linux/inet_diag.h).</summary>
internal static class InetDiagnosis
{
    public delegate bool Wanted(SocketState state, ulong inode);

    public const uint ListenState = 1 << (int)SocketState.Listen, AllStates = uint.MaxValue;

    const int Inet = 2, Inet6 = 10, Tcp = 6, Udp = 17;
    const int RequestBytes = 56, MessageBytes = 72;
    const int InfoAttribute = 2, MemoryAttribute = 7; // INET_DIAG_INFO, INET_DIAG_SKMEMINFO
    const int ReceiveBufferWord = 1, DropsWord = 8;   // SK_MEMINFO_RCVBUF, SK_MEMINFO_DROPS

    /// <summary>A request for all sockets of a table in the states of a mask, with memory figures and for TCP with struct tcp_info.</summary>
    public static byte[] Request(SocketProtocol protocol, uint states)
    {
        var request = new byte[RequestBytes];
        request[0] = (byte)(protocol is SocketProtocol.Tcp6 or SocketProtocol.Udp6 ? Inet6 : Inet);
        request[1] = (byte)(protocol is SocketProtocol.Tcp or SocketProtocol.Tcp6 ? Tcp : Udp);
        request[2] = 1 << (InfoAttribute - 1) | 1 << (MemoryAttribute - 1);
        BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(4), states);
        return request;
    }

    /// <summary>State and inode of a message, which tell whether the rest is worth reading; false when it is cut.</summary>
    public static bool TryHead(ReadOnlySpan<byte> message, out SocketState state, out ulong inode)
    {
        state = SocketState.Unknown;
        inode = 0;
        if (message.Length < MessageBytes)
            return false;
        state = message[1] <= (byte)SocketState.Closing ? (SocketState)message[1] : SocketState.Unknown;
        inode = BinaryPrimitives.ReadUInt32LittleEndian(message[68..]);
        return true;
    }

    /// <summary>The local end of a message that <see cref="TryHead"/> took.</summary>
    public static IPEndPoint Local(ReadOnlySpan<byte> message) => End(message, 4, 8);

    /// <summary>The port of <see cref="Local"/>, without making an object.</summary>
    public static int LocalPort(ReadOnlySpan<byte> message) => BinaryPrimitives.ReadUInt16BigEndian(message[4..]);

    /// <summary>The whole of a message that <see cref="TryHead"/> took.</summary>
    public static SocketStatus Parse(SocketProtocol protocol, ReadOnlySpan<byte> message, IReadOnlyList<int> descriptors)
    {
        _ = TryHead(message, out var state, out var inode);
        var remote = End(message, 6, 24);
        long receiveQueue = BinaryPrimitives.ReadUInt32LittleEndian(message[56..]), sendQueue = BinaryPrimitives.ReadUInt32LittleEndian(message[60..]);
        var listens = state == SocketState.Listen;

        TcpMeasures? measures = null;
        long? drops = null, receiveBuffer = null;
        var rest = message[MessageBytes..];
        while (NetlinkDump.NextAttribute(ref rest, out var type, out var value))
        {
            if (type == InfoAttribute && !listens && protocol is SocketProtocol.Tcp or SocketProtocol.Tcp6)
                measures = TcpMeasures.Parse(value) ?? measures;
            if (type == MemoryAttribute)
            {
                var words = MemoryMarshal.Cast<byte, uint>(value);
                if (words.Length > ReceiveBufferWord)
                    receiveBuffer = words[ReceiveBufferWord];
                if (words.Length > DropsWord) // Linux 4.7
                    drops = words[DropsWord];
            }
        }
        // Of a listening socket rqueue is the length of the accept queue and wqueue its limit: https://github.com/torvalds/linux/blob/v6.12/net/ipv4/tcp_diag.c
        return new SocketStatus
        {
            Socket = new SocketInfo(protocol, Local(message), remote.Port == 0 ? null : remote, state, inode, null, receiveQueue, listens ? 0 : sendQueue),
            Descriptors = descriptors,
            QueueLimit = listens ? sendQueue : null,
            ReceiveBuffer = receiveBuffer,
            Drops = drops,
            Tcp = measures,
        };
    }

    static IPEndPoint End(ReadOnlySpan<byte> message, int portAt, int addressAt)
    {
        var length = message[0] == Inet6 ? 16 : 4;
        return new IPEndPoint(new IPAddress(message.Slice(addressAt, length)), BinaryPrimitives.ReadUInt16BigEndian(message[portAt..]));
    }
}
