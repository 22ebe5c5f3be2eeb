using System.Net.Sockets;
using System.Runtime.InteropServices;
using Vitrine.Guard.Identity;

namespace Vitrine.Doors.Peers;

/// <summary>Who is at the other end of a Unix socket, by the kernel's word.</summary>
static class UnixPeer
{
    // From the kernel's include/uapi/asm-generic/socket.h; the architectures that .NET runs on have no numbers of their own.
    const int SolSocket = 1, SoPeerCred = 17;

    /// <summary>The peer as it was when the connection was made; null where the kernel does not tell, and for any other socket.</summary>
    public static PeerCredentials? Of(Socket socket)
    {
        if (socket.AddressFamily != AddressFamily.Unix || !OperatingSystem.IsLinux()) return null;
        // struct ucred { pid_t pid; uid_t uid; gid_t gid; }, unix(7).
        Span<byte> credentials = stackalloc byte[12];
        try
        {
            return socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials) == credentials.Length
                ? new(MemoryMarshal.Read<int>(credentials), MemoryMarshal.Read<uint>(credentials[4..]), MemoryMarshal.Read<uint>(credentials[8..]))
                : null;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;   // it is closed: nobody waits for the answer
        }
    }
}
