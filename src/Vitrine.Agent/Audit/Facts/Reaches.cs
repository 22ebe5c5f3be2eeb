using System.Net;
using System.Net.Sockets;
using Vitrine.Linux.Sockets;

namespace Vitrine.Agent.Audit.Facts;

/// <summary>Where listeners can be reached from.</summary>
static class Reaches
{
    public static Reach Of(SocketInfo socket, ProcessFacts process)
    {
        if (socket.Protocol == SocketProtocol.Unix)
        {
            // An abstract name has no mode: whoever is in the network namespace may connect.
            if (socket.Path is not ['/', ..] path || !process.SocketFiles.TryGetValue(path, out var rights))
                return Reach.Machine;
            return rights.OthersMayWrite || rights.GroupMayWrite ? Reach.Machine : Reach.OwnUser;
        }
        var address = socket.Local?.Address;
        return address is not null && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address) ? Reach.Machine : Reach.Network;
    }

    /// <summary>":2345 on all addresses", "127.0.0.1:6060 (loopback)", "the Unix socket /run/x (mode 0600, user 1000)".</summary>
    public static string Describe(SocketInfo socket, ProcessFacts process, MachineFacts machine)
    {
        var where = process.NetworkNamespace is { } its && machine.OwnNetworkNamespace is { } own && its != own ? ", in a network namespace of its own" : "";
        if (socket.Protocol == SocketProtocol.Unix)
        {
            var path = socket.Path ?? "?";
            return process.SocketFiles.TryGetValue(path, out var rights)
                ? $"the Unix socket {Shown.Text(path)} (mode {rights.Octal}, user {rights.Uid})"
                : $"the Unix socket {Shown.Text(path)} ({(path.StartsWith('@') ? "abstract: it has no mode" : "its mode may not be seen")}{where})";
        }
        if (socket.Local is not { } local)
            return "an unknown address";
        if (local.Address.Equals(IPAddress.Any) || local.Address.Equals(IPAddress.IPv6Any))
            return string.Create(System.Globalization.CultureInfo.InvariantCulture, $":{local.Port} (all addresses{where})");
        var text = local.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{local.Address}]:{local.Port}" : $"{local.Address}:{local.Port}";
        return IPAddress.IsLoopback(local.Address) ? $"{text} (loopback{where})" : $"{text} (one address{where})";
    }

    /// <summary>The file of /proc that lists the socket.</summary>
    public static string Source(SocketInfo socket, ProcessFacts process) => process.Proc("net/" + socket.Protocol switch
    {
        SocketProtocol.Tcp => "tcp",
        SocketProtocol.Tcp6 => "tcp6",
        SocketProtocol.Udp => "udp",
        SocketProtocol.Udp6 => "udp6",
        _ => "unix",
    });

    public static bool IsTcp(SocketInfo socket) => socket.Protocol is SocketProtocol.Tcp or SocketProtocol.Tcp6;
}
