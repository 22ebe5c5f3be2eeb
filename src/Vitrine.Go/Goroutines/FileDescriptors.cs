using Vitrine.Linux.Processes;
using Vitrine.Linux.Sockets;

namespace Vitrine.Go.Goroutines;

/// <summary>What the file descriptors are that goroutines wait for: sockets with both ends, pipes, files.</summary>
internal sealed class FileDescriptors
{
    private readonly LinuxProcess _process;
    private readonly SocketTable? _sockets;

    private FileDescriptors(LinuxProcess process, SocketTable? sockets)
    {
        _process = process;
        _sockets = sockets;
    }

    /// <summary>Reads the socket tables once; null when no goroutine waits for a descriptor or when there is no process.</summary>
    public static FileDescriptors? For(LinuxProcess? process, ReadOnlySpan<GoroutineRecord> rows)
    {
        if (process is null)
            return null;
        foreach (ref readonly GoroutineRecord row in rows)
        {
            if (row.WaitKind == WaitKind.Network)
                return Of(process);
        }
        return null;
    }

    /// <summary>Reads the socket tables once.</summary>
    public static FileDescriptors Of(LinuxProcess process)
    {
        try
        {
            return new FileDescriptors(process, SocketTable.Of(process));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or AccessDeniedException or TargetGoneException)
        {
            // The descriptor numbers stay right without the addresses.
            return new FileDescriptors(process, null);
        }
    }

    /// <summary>The socket of a descriptor; null when it is not a socket or not known.</summary>
    public SocketInfo? Socket(int descriptor) =>
        _sockets is not null && _sockets.TryGetByFileDescriptor(descriptor, out SocketInfo? socket) ? socket : null;

    /// <summary>What /proc/PID/fd says about a descriptor; null when it is gone or may not be read.</summary>
    public string? Describe(int descriptor)
    {
        try
        {
            return new FileInfo($"/proc/{_process.Pid}/fd/{descriptor}").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
