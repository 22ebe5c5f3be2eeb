using Vitrine.Linux.Binaries;
using Vitrine.Linux.Processes;

namespace Vitrine.Linux.Sockets;

/// <summary>
/// The sockets that a process has open, with queues, limits, drops and measurements, read in its network namespace. Not one snapshot: connections come and go between
/// the descriptors and the kernel's tables. The cost grows with the sockets of the namespace and the descriptors of the process: about a microsecond each.
/// </summary>
public sealed class ProcessSockets
{
    internal ProcessSockets(IReadOnlyList<SocketStatus> listeners, IReadOnlyList<SocketStatus> connections)
    {
        Listeners = listeners;
        Connections = connections;
    }

    /// <summary>Listening TCP and Unix sockets and bound, unconnected UDP sockets, by descriptor.</summary>
    public IReadOnlyList<SocketStatus> Listeners { get; }

    /// <summary>All other TCP, UDP and Unix sockets, by descriptor.</summary>
    public IReadOnlyList<SocketStatus> Connections { get; }

    /// <summary>Counters of the whole network namespace.</summary>
    public required NamespaceDrops Namespace { get; init; }

    /// <summary>Why limits, drops and measurements are unknown, a sentence; null when the kernel's socket diagnosis answered.</summary>
    public string? WhyUnknown { get; init; }

    /// <summary>The kernel's tables changed in a way that may have hidden a socket while they were read, or hold more than the limit.</summary>
    public bool MayBeIncomplete { get; init; }

    /// <summary>Descriptors of the process that are sockets.</summary>
    public int SocketDescriptors { get; init; }

    /// <summary>Reads the sockets that the process has open.</summary>
    /// <exception cref="TargetGoneException">The process ended.</exception>
    /// <exception cref="AccessDeniedException">The kernel refuses.</exception>
    public static ProcessSockets Of(LinuxProcess process, Limits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(process);
        return new ProcessSocketsReader(process, limits ?? Limits.Default).Read();
    }
}
