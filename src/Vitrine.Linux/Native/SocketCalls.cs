using System.Runtime.InteropServices;

namespace Vitrine.Linux.Native;

/// <summary>What asking the kernel about sockets needs: .NET's own Socket knows no netlink. They act on sockets of this process only.</summary>
internal static unsafe partial class SocketCalls
{
    public const int NetlinkFamily = 16, RawKind = 3, CloseOnExec = 0x80000, SocketDiagnosis = 4;

    /// <summary>setsockopt: SOL_SOCKET and SO_RCVTIMEO, whose value is a struct timeval.</summary>
    public const int SocketLevel = 1, ReceiveTimeout = 20;

    /// <summary>CLONE_NEWNET.</summary>
    public const int NetworkNamespace = 0x40000000;

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    public static partial int Socket(int family, int kind, int protocol);

    [LibraryImport("libc", EntryPoint = "send", SetLastError = true)]
    public static partial nint Send(SafeHandle socket, void* data, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static partial nint Receive(SafeHandle socket, void* data, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetOption(SafeHandle socket, int level, int name, void* value, uint length);

    /// <summary>Moves the calling thread, and no other, into another namespace.</summary>
    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    public static partial int SetNamespace(SafeHandle ofNamespace, int kind);
}
