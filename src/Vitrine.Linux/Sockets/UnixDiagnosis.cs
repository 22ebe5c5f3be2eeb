using System.Buffers.Binary;
using System.Text;

namespace Vitrine.Linux.Sockets;

/// <summary>Requests and answers of the diagnosis of Unix sockets (linux/unix_diag.h).</summary>
internal static class UnixDiagnosis
{
    const int Family = 1, RequestBytes = 24, MessageBytes = 16;
    const uint ShowName = 1, ShowQueues = 0x10;      // UDIAG_SHOW_NAME, UDIAG_SHOW_RQLEN
    const int NameAttribute = 0, QueueAttribute = 4; // UNIX_DIAG_NAME, UNIX_DIAG_RQLEN

    /// <summary>A request for all Unix sockets with their names and queues.</summary>
    public static byte[] Request()
    {
        var request = new byte[RequestBytes];
        request[0] = Family;
        BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(4), uint.MaxValue);
        BinaryPrimitives.WriteUInt32LittleEndian(request.AsSpan(12), ShowName | ShowQueues);
        return request;
    }

    /// <summary>The inode of a message; false when it is cut.</summary>
    public static bool TryInode(ReadOnlySpan<byte> message, out ulong inode)
    {
        inode = message.Length >= MessageBytes ? BinaryPrimitives.ReadUInt32LittleEndian(message[4..]) : 0;
        return message.Length >= MessageBytes;
    }

    /// <summary>The whole of a message that <see cref="TryInode"/> took.</summary>
    public static SocketStatus Parse(ReadOnlySpan<byte> message, IReadOnlyList<int> descriptors)
    {
        _ = TryInode(message, out var inode);
        var state = (SocketState)message[2] switch
        {
            SocketState.Listen => SocketState.Listen,
            SocketState.Established => SocketState.Established,
            _ => SocketState.Unknown,
        };
        string? path = null;
        long received = 0, limit = 0;
        var queues = false;
        var rest = message[MessageBytes..];
        while (NetlinkDump.NextAttribute(ref rest, out var type, out var value))
        {
            if (type == NameAttribute && value.Length > 0)
                path = Name(value);
            if (type == QueueAttribute && value.Length >= 8)
            {
                queues = true;
                received = BinaryPrimitives.ReadUInt32LittleEndian(value);
                limit = BinaryPrimitives.ReadUInt32LittleEndian(value[4..]);
            }
        }
        var listens = state == SocketState.Listen;
        return new SocketStatus
        {
            Socket = new SocketInfo(SocketProtocol.Unix, null, null, state, inode, path, received, listens ? 0 : limit),
            Descriptors = descriptors,
            QueueLimit = listens && queues ? limit : null,
        };
    }

    /// <summary>An abstract name begins with a zero byte, which /proc/net/unix shows as @; a path may carry its terminator along.</summary>
    static string Name(ReadOnlySpan<byte> bytes) =>
        bytes[0] == 0 ? "@" + Encoding.UTF8.GetString(bytes[1..]).Replace('\0', '@') : Encoding.UTF8.GetString(bytes.TrimEnd((byte)0));
}
