using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Vitrine.Linux.Native;

namespace Vitrine.Linux.Sockets;

/// <summary>One netlink "dump": a request, and the kernel's answer in as many packets as it takes (netlink(7)). Its cost grows with the sockets, nothing else.</summary>
internal static unsafe class NetlinkDump
{
    public delegate void Handler(ReadOnlySpan<byte> message);

    const int HeaderBytes = 16, AttributeHeaderBytes = 4;
    const ushort ByFamily = 20, Error = 2, Done = 3;            // SOCK_DIAG_BY_FAMILY, NLMSG_ERROR, NLMSG_DONE
    const ushort Request = 1, Dump = 0x300, Interrupted = 0x10; // NLM_F_REQUEST, NLM_F_DUMP, NLM_F_DUMP_INTR

    // The kernel fills packets of at most 32 KiB.
    const int PacketBytes = 64 << 10;

    /// <summary>Asks, and hands every message (without its header) to <paramref name="handle"/>.</summary>
    /// <returns>0, or the errno with which the kernel refused (ENOENT: it has no such diagnosis).</returns>
    public static int Run(SafeHandle socket, uint sequence, ReadOnlySpan<byte> request, Handler handle, out bool interrupted)
    {
        interrupted = false;
        Span<byte> packet = stackalloc byte[HeaderBytes + request.Length];
        BinaryPrimitives.WriteInt32LittleEndian(packet, packet.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(packet[4..], ByFamily);
        BinaryPrimitives.WriteUInt16LittleEndian(packet[6..], Request | Dump);
        BinaryPrimitives.WriteUInt32LittleEndian(packet[8..], sequence);
        packet[12..16].Clear();
        request.CopyTo(packet[HeaderBytes..]);
        fixed (byte* start = packet)
        {
            if (SocketCalls.Send(socket, start, (nuint)packet.Length, 0) != packet.Length)
                return Marshal.GetLastPInvokeError();
        }

        var buffer = ArrayPool<byte>.Shared.Rent(PacketBytes);
        try
        {
            while (true)
            {
                nint got;
                fixed (byte* start = buffer)
                    got = SocketCalls.Receive(socket, start, (nuint)buffer.Length, 0);
                if (got <= 0)
                {
                    var errno = got == 0 ? Libc.EIO : Marshal.GetLastPInvokeError();
                    if (errno == Libc.EINTR)
                        continue;
                    return errno;
                }
                if (!Take(buffer.AsSpan(0, (int)got), sequence, handle, ref interrupted, out var result))
                    return result;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The next attribute (struct rtattr) of a message; false when there is none or when it is cut.</summary>
    public static bool NextAttribute(ref ReadOnlySpan<byte> rest, out int type, out ReadOnlySpan<byte> value)
    {
        type = 0;
        value = default;
        if (rest.Length < AttributeHeaderBytes)
            return false;
        int length = BinaryPrimitives.ReadUInt16LittleEndian(rest);
        if (length < AttributeHeaderBytes || length > rest.Length)
            return false;
        const int typeMask = 0x3fff; // without NLA_F_NESTED and NLA_F_NET_BYTEORDER
        type = BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]) & typeMask;
        value = rest[AttributeHeaderBytes..length];
        rest = rest[Math.Min(rest.Length, Aligned(length))..];
        return true;
    }

    /// <summary>The messages of one packet; false when the dump is over.</summary>
    internal static bool Take(ReadOnlySpan<byte> packet, uint sequence, Handler handle, ref bool interrupted, out int errno)
    {
        errno = 0;
        while (packet.Length >= HeaderBytes)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(packet);
            if (length < HeaderBytes || length > packet.Length)
            {
                errno = Libc.EIO;
                return false;
            }
            var type = BinaryPrimitives.ReadUInt16LittleEndian(packet[4..]);
            var payload = packet[HeaderBytes..length];
            if (BinaryPrimitives.ReadUInt32LittleEndian(packet[8..]) == sequence) // else an answer to a dump that was given up
            {
                interrupted |= (BinaryPrimitives.ReadUInt16LittleEndian(packet[6..]) & Interrupted) != 0;
                if (type is Done or Error)
                {
                    errno = payload.Length >= 4 ? -BinaryPrimitives.ReadInt32LittleEndian(payload) : 0;
                    return false;
                }
                if (type == ByFamily)
                    handle(payload);
            }
            packet = packet[Math.Min(packet.Length, Aligned(length))..];
        }
        return true;
    }

    static int Aligned(int length) => (length + 3) & ~3;
}
