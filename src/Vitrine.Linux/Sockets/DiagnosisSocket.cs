using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Vitrine.Linux.Native;
using Vitrine.Linux.Processes;

namespace Vitrine.Linux.Sockets;

/// <summary>
/// A NETLINK_SOCK_DIAG socket (sock_diag(7)) of the network namespace that a process is in. A netlink socket stays with the namespace in which it was
/// made, so a thread goes there, makes the socket and ends: setns moves only the thread that calls it, and no thread of the pool may come back changed.
/// </summary>
internal static unsafe class DiagnosisSocket
{
    /// <summary>A dump of a million sockets answers its first packet in milliseconds; a kernel that is silent for so long never answers.</summary>
    const int SecondsOfSilence = 10;

    /// <summary>The socket, or null with the reason, a clause that completes "the kernel's socket diagnosis cannot be asked: ".</summary>
    public static SafeFileHandle? TryOpen(LinuxProcess process, out string reason)
    {
        var there = process.Namespaces.Network;
        if (there is not null && there == LinuxProcess.Open(Environment.ProcessId).Namespaces.Network)
            return TryCreate(out reason);

        SafeFileHandle? socket = null;
        var refused = "";
        var thread = new Thread(() =>
        {
            using var target = Files.TryOpenForReading($"/proc/{process.Pid}/ns/net", out var errno);
            if (target is null)
                refused = $"the network namespace of process {process.Pid} cannot be opened ({Files.Describe(errno)})";
            else if (SocketCalls.SetNamespace(target, SocketCalls.NetworkNamespace) != 0)
                refused = Refusal(Marshal.GetLastPInvokeError());
            else
                socket = TryCreate(out refused);
        })
        { Name = "vitrine network namespace", IsBackground = true };
        thread.Start();
        thread.Join();
        reason = refused;
        return socket;
    }

    static SafeFileHandle? TryCreate(out string reason)
    {
        var descriptor = SocketCalls.Socket(SocketCalls.NetlinkFamily, SocketCalls.RawKind | SocketCalls.CloseOnExec, SocketCalls.SocketDiagnosis);
        if (descriptor < 0)
        {
            reason = $"this system allows no netlink socket ({Files.Describe(Marshal.GetLastPInvokeError())})";
            return null;
        }
        var socket = new SafeFileHandle(descriptor, ownsHandle: true);
        var timeout = stackalloc long[2] { SecondsOfSilence, 0 };
        _ = SocketCalls.SetOption(socket, SocketCalls.SocketLevel, SocketCalls.ReceiveTimeout, timeout, 2 * sizeof(long));
        reason = "";
        return socket;
    }

    static string Refusal(int errno) => errno == Libc.EPERM
        ? "the process is in another network namespace, and entering it needs CAP_SYS_ADMIN"
        : $"the network namespace of the process cannot be entered ({Files.Describe(errno)})";
}
