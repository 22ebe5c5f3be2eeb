using System.Net;
using Vitrine.Go.Goroutines;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Sockets;

namespace Vitrine.Go.Probes.Waits;

/// <summary>What the descriptors of a process are at the moment, for people. A number may have been something else when the wait ended.</summary>
internal sealed class DescriptorNames(LinuxProcess? process)
{
    private readonly Dictionary<int, string?> _known = [];
    private FileDescriptors? _descriptors;

    public string? Of(int descriptor)
    {
        if (process is null)
            return null;
        if (_known.TryGetValue(descriptor, out string? known))
            return known;
        _descriptors ??= FileDescriptors.Of(process);
        return _known[descriptor] = Text(_descriptors.Socket(descriptor)) ?? _descriptors.Describe(descriptor);
    }

    private static string? Text(SocketInfo? socket)
    {
        if (socket is null)
            return null;
        string protocol = socket.Protocol.ToString().ToLowerInvariant();
        if (socket.Local is null)
            return $"{protocol} {socket.Path}".TrimEnd();
        return HasPort(socket.Remote) ? $"{protocol} {socket.Local} ↔ {socket.Remote}" : $"{protocol} {socket.Local}";
    }

    private static bool HasPort(IPEndPoint? end) => end is { Port: > 0 };
}
