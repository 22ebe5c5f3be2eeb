using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Vitrine.Linux.Native;

namespace Vitrine.Linux.Sockets;

/// <summary>
/// The tables in /proc/PID/net, which show the network namespace of that process: tcp, tcp6, udp, udp6 (proc_pid_net(5)) and unix.
/// Read line by line in a bounded buffer; only the sockets that are wanted become objects, because a busy host has 100,000.
/// </summary>
internal static unsafe class SocketParser
{
    public delegate bool Wanted(SocketProtocol protocol, SocketState state, ulong inode);

    static readonly (SocketProtocol Protocol, string File)[] Tables =
    [
        (SocketProtocol.Tcp, "tcp"), (SocketProtocol.Tcp6, "tcp6"), (SocketProtocol.Udp, "udp"), (SocketProtocol.Udp6, "udp6"), (SocketProtocol.Unix, "unix"),
    ];

    /// <summary>Adds the wanted sockets of the network namespace of a process, at most <paramref name="limit"/> of each protocol.</summary>
    public static void Read(int pid, Wanted wanted, int limit, List<SocketInfo> into)
    {
        foreach (var (protocol, name) in Tables)
        {
            // A table is absent when its protocol is (a kernel without IPv6), and unreadable when the process has ended; both mean no sockets.
            using var file = Files.TryOpenForReading($"/proc/{pid}/net/{name}", out _);
            if (file is not null)
                ReadTable(file, protocol, wanted, into, into.Count + limit);
        }
    }

    /// <summary>One line of a table; false for the heading and anything malformed.</summary>
    public static bool TryParse(SocketProtocol protocol, ReadOnlySpan<byte> line, Wanted wanted, out SocketInfo? socket)
    {
        socket = null;
        return protocol == SocketProtocol.Unix ? TryParseUnix(line, wanted, out socket) : TryParseInternet(protocol, line, wanted, out socket);
    }

    /// <summary>Adds the wanted sockets of one table until the list holds <paramref name="limit"/>.</summary>
    internal static void ReadTable(SafeHandle file, SocketProtocol protocol, Wanted wanted, List<SocketInfo> into, int limit)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
        try
        {
            int length = 0;
            long offset = 0;
            while (into.Count < limit)
            {
                nint got;
                fixed (byte* start = buffer)
                    got = Libc.Pread(file, start + length, (nuint)(buffer.Length - length), offset);
                if (got <= 0)
                    break;
                offset += got;
                length += (int)got;

                var rest = buffer.AsSpan(0, length);
                for (var end = rest.IndexOf((byte)'\n'); end >= 0 && into.Count < limit; end = rest.IndexOf((byte)'\n'))
                {
                    if (TryParse(protocol, rest[..end], wanted, out var socket))
                        into.Add(socket!);
                    rest = rest[(end + 1)..];
                }
                if (rest.Length == buffer.Length)
                    break; // no line is that long
                rest.CopyTo(buffer);
                length = rest.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    static bool TryParseInternet(SocketProtocol protocol, ReadOnlySpan<byte> line, Wanted wanted, out SocketInfo? socket)
    {
        // sl local_address rem_address st tx_queue:rx_queue tr:when retrnsmt uid timeout inode …
        socket = null;
        _ = Next(ref line);
        var local = Next(ref line);
        var remote = Next(ref line);
        var stateText = Next(ref line);
        var queues = Next(ref line);
        for (var i = 0; i < 4; i++)
            _ = Next(ref line);
        var inodeText = Next(ref line);
        if (!byte.TryParse(stateText, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var stateNumber)
            || !ulong.TryParse(inodeText, NumberStyles.None, CultureInfo.InvariantCulture, out var inode))
        {
            return false;
        }
        var state = stateNumber <= (byte)SocketState.Closing ? (SocketState)stateNumber : SocketState.Unknown;
        if (!wanted(protocol, state, inode) || !TryParseAddress(local, out var localAddress) || !TryParseAddress(remote, out var remoteAddress))
            return false;

        var colon = queues.IndexOf((byte)':');
        _ = long.TryParse(colon < 0 ? default : queues[..colon], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var send);
        _ = long.TryParse(colon < 0 ? default : queues[(colon + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var receive);
        socket = new SocketInfo(protocol, localAddress, remoteAddress!.Port == 0 ? null : remoteAddress, state, inode, null, receive, send);
        return true;
    }

    static bool TryParseUnix(ReadOnlySpan<byte> line, Wanted wanted, out SocketInfo? socket)
    {
        // Num: RefCount Protocol Flags Type St Inode Path. The path is not escaped by the kernel: the socket's owner can put a newline into it and so forge a line.
        socket = null;
        var number = Next(ref line);
        _ = Next(ref line);
        _ = Next(ref line);
        var flagsText = Next(ref line);
        _ = Next(ref line);
        var stateText = Next(ref line);
        var inodeText = Next(ref line);
        if (number is not [.., (byte)':']
            || !uint.TryParse(flagsText, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var flags)
            || !byte.TryParse(stateText, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var stateNumber)
            || !ulong.TryParse(inodeText, NumberStyles.None, CultureInfo.InvariantCulture, out var inode))
        {
            return false;
        }
        const uint accepts = 0x10000; // __SO_ACCEPTCON
        const byte connected = 3;     // SS_CONNECTED
        var state = (flags & accepts) != 0 ? SocketState.Listen : stateNumber == connected ? SocketState.Established : SocketState.Unknown;
        if (!wanted(SocketProtocol.Unix, state, inode))
            return false;
        socket = new SocketInfo(SocketProtocol.Unix, null, null, state, inode, line.Length > 1 ? Encoding.UTF8.GetString(line[1..]) : null, 0, 0);
        return true;
    }

    static bool TryParseAddress(ReadOnlySpan<byte> text, out IPEndPoint? address)
    {
        // "0100007F:1F90": the address as 32-bit words in the machine's byte order, then the port.
        address = null;
        var colon = text.IndexOf((byte)':');
        if (colon is not (8 or 32) || !ushort.TryParse(text[(colon + 1)..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var port))
            return false;
        Span<byte> bytes = stackalloc byte[colon / 2];
        for (var i = 0; i < bytes.Length; i += 4)
        {
            if (!uint.TryParse(text.Slice(i * 2, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var word))
                return false;
            BinaryPrimitives.WriteUInt32LittleEndian(bytes[i..], word);
        }
        address = new IPEndPoint(new IPAddress(bytes), port);
        return true;
    }

    static ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> rest)
    {
        rest = rest.TrimStart((byte)' ');
        var space = rest.IndexOf((byte)' ');
        var field = space < 0 ? rest : rest[..space];
        rest = space < 0 ? default : rest[space..];
        return field;
    }
}
