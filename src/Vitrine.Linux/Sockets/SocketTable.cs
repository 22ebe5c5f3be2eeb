using Vitrine.Linux.Processes;

namespace Vitrine.Linux.Sockets;

/// <summary>The sockets of a process, read in the network namespace of that process.</summary>
public sealed class SocketTable
{
    /// <summary>Reads the sockets that the process has open.</summary>
    public static SocketTable Of(LinuxProcess process) => throw new NotImplementedException();

    /// <summary>Listening TCP and Unix sockets and bound UDP sockets of the process.</summary>
    public IReadOnlyList<SocketInfo> Listening => throw new NotImplementedException();

    /// <summary>The socket behind a file descriptor.</summary>
    public bool TryGetByFileDescriptor(int fileDescriptor, out SocketInfo? socket) => throw new NotImplementedException();

    /// <summary>Pids that listen on ":8080", "127.0.0.1:8080", "[::1]:8080" or a Unix path, ascending.</summary>
    public static IReadOnlyList<int> PidsListeningOn(string address) => throw new NotImplementedException();
}
