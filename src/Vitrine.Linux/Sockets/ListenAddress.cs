using System.Globalization;
using System.Net;

namespace Vitrine.Linux.Sockets;

/// <summary>What a socket may be asked for by: a TCP port, with or without an address, or the path of a Unix socket.</summary>
internal sealed record ListenAddress(IPAddress? Address, bool Loopback, int Port, string? Path)
{
    public static ListenAddress Parse(string text)
    {
        ArgumentException.ThrowIfNullOrEmpty(text);
        if (text[0] is '/' or '@')
            return new ListenAddress(null, false, 0, text);

        var colon = text.LastIndexOf(':');
        if (colon < 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
            throw new FormatException($"'{text}' is not a listening address. Use :8080, 127.0.0.1:8080, [::1]:8080, or the path of a Unix socket.");
        var host = text[..colon];
        return host switch
        {
            "" or "*" => new ListenAddress(null, false, port, null),
            "localhost" => new ListenAddress(null, true, port, null),
            _ when IPAddress.TryParse(host.Trim('[', ']'), out var address) => new ListenAddress(address, false, port, null),
            _ => throw new FormatException($"'{host}' is not an address. Use :8080, 127.0.0.1:8080, [::1]:8080, or the path of a Unix socket."),
        };
    }

    public bool IsServedBy(SocketInfo socket)
    {
        if (Path is not null)
            return socket.Protocol == SocketProtocol.Unix && socket.State == SocketState.Listen && socket.Path == Path;
        if (socket.State != SocketState.Listen || socket.Local is not { } local || local.Port != Port)
            return false;
        var bound = local.Address.IsIPv4MappedToIPv6 ? local.Address.MapToIPv4() : local.Address;
        if (bound.Equals(IPAddress.IPv6Any))
            return true; // serves IPv4 as well, unless the socket was made IPv6-only, which /proc does not show
        if (Address is null)
            return !Loopback || bound.Equals(IPAddress.Any) || IPAddress.IsLoopback(bound);
        return bound.Equals(Address) || (bound.Equals(IPAddress.Any) && Address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork);
    }
}
