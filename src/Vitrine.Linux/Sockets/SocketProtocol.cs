namespace Vitrine.Linux.Sockets;

/// <summary>Which table of /proc/PID/net a socket is in.</summary>
public enum SocketProtocol
{
    /// <summary>TCP over IPv4.</summary>
    Tcp,

    /// <summary>TCP over IPv6 (also serves IPv4 when bound to ::).</summary>
    Tcp6,

    /// <summary>UDP over IPv4.</summary>
    Udp,

    /// <summary>UDP over IPv6.</summary>
    Udp6,

    /// <summary>Unix domain.</summary>
    Unix,
}
