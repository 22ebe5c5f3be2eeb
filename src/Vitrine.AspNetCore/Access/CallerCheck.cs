using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Vitrine.AspNetCore.Access;

/// <summary>Who may come through a door: programs on this machine, directly.</summary>
/// <remarks>
/// What counts is the address of the connection itself, which no header and no middleware can change. A request that says that it was forwarded came through a proxy on this machine and from anywhere: it is
/// refused. A proxy that does not say so cannot be told from a local program.
/// </remarks>
static class CallerCheck
{
    // What proxies add, by the beginnings of the names: each of them alone, because a proxy adds what it was told to. X-Original-… is where ASP.NET Core's forwarded headers middleware puts what it has taken
    // off; X-Envoy-… and l5d-… come from the sidecars of service meshes (Istio, Linkerd), whose connections come from this machine; CF-… and True-Client-IP from the networks of content providers.
    static readonly string[] s_forwardingPrefixes = ["X-Forwarded", "X-Original-", "X-Envoy-", "l5d-", "Forwarded", "CF-", "True-Client-IP", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP"];

    // Shorter than a name of which it could be the beginning.
    const string Via = "Via";

    /// <summary>Why the caller is refused, as a sentence for that caller; null when it is not.</summary>
    public static string? Refusal(HttpContext context, VitrineOptions options)
    {
        if (!IsLoopback(context))
            return "Vitrine answers only callers on the same machine: connect over 127.0.0.1 or ::1, for example through ssh -L.";
        foreach (var (header, _) in context.Request.Headers)
        {
            if (IsForwarding(header)) return $"Vitrine answers only direct callers: this request was forwarded by a proxy (it has the header {header}).";
        }
        if (!IsAllowedHost(context.Request.Host, options))
            return $"Vitrine does not answer under this host name: use localhost or a loopback address, or add the name to {VitrineOptions.Section}:{nameof(VitrineOptions.AllowedHosts)}.";
        if (IsFromAnotherSite(context.Request))
            return "Vitrine does not answer pages of other sites.";
        if (!options.Enabled)
            return $"Vitrine is switched off in this service: set {VitrineOptions.Section}:{nameof(VitrineOptions.Enabled)} to true.";
        return null;
    }

    static bool IsForwarding(string header)
    {
        if (header.Equals(Via, StringComparison.OrdinalIgnoreCase)) return true;
        foreach (var prefix in s_forwardingPrefixes)
        {
            if (header.StartsWith(prefix, StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }

    // Both what the server says and the socket's own peer: a middleware may have replaced the former, and must not make anyone local. Servers without sockets of their own have no such peer; there the
    // forwarding headers, which that middleware keeps under another name, have to do.
    static bool IsLoopback(HttpContext context)
    {
        if (!IsLoopback(context.Connection.RemoteIpAddress)) return false;
        if (context.Features.Get<IConnectionSocketFeature>() is not { Socket: var socket }) return true;
        try
        {
            return socket.RemoteEndPoint is IPEndPoint peer && IsLoopback(peer.Address);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return false;   // it is closed: nobody waits for the answer
        }
    }

    static bool IsLoopback(IPAddress? address) =>
        address is not null && IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);

    static bool IsAllowedHost(HostString host, VitrineOptions options)
    {
        // An HTTP/1.0 request has none; a browser always sends it.
        if (!host.HasValue) return true;
        var name = host.Host;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || IPAddress.TryParse(name.Trim('[', ']'), out var address) && IsLoopback(address)
            || options.AllowedHosts.Contains(name, StringComparer.OrdinalIgnoreCase);
    }

    // Browsers say where a request comes from; other programs do not. https://www.w3.org/TR/fetch-metadata/
    static bool IsFromAnotherSite(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"] is [{ } site, ..] && site is not ("same-origin" or "none");
}
