using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Vitrine.Guard.Identity;

namespace Vitrine.Doors.Http;

/// <summary>What a caller brought to an HTTP door. Nothing is decided here.</summary>
static class HttpCredentials
{
    public static Credentials Of(HttpContext context)
    {
        var (request, headers) = (context.Request, context.Request.Headers);
        var socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        var said = context.Connection.RemoteIpAddress;
        // The socket's own peer, which no header and no middleware can change. Servers without sockets of their own have only what they say.
        var address = socket is null ? said : AddressOf(socket);
        return new()
        {
            Address = address,
            // Only at a socket of our own: at one of the service itself the peer is the service's proxy.
            Peer = context.Features.Get<PeerCredentials>(),
            Certificate = context.Connection.ClientCertificate,
            Authorization = All(headers.Authorization),
            ForwardedFor = ForwardedFor(headers, said, address),
            Forwarded = All(headers["Forwarded"]),
            OtherForwardingHeader = ForwardingHeaders.FirstOther(headers),
            Host = request.Host.HasValue ? request.Host.Host : null,
            IsFromAnotherSite = IsFromAnotherSite(request),
        };
    }

    static IPAddress? AddressOf(Socket socket)
    {
        try
        {
            return (socket.RemoteEndPoint as IPEndPoint)?.Address;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            return null;   // it is closed: nobody waits for the answer
        }
    }

    // A middleware that believes forwarding headers takes the entry from the right and makes it the connection's address. Put back where it was, so that the guard sees all that the proxy said, and believes it only from its own list.
    static IReadOnlyList<string> ForwardedFor(IHeaderDictionary headers, IPAddress? said, IPAddress? address)
    {
        var values = All(headers["X-Forwarded-For"]);
        return said is null || address is null || said.Equals(address) ? values : [.. values, said.ToString()];
    }

    static IReadOnlyList<string> All(StringValues values) => values.Count switch
    {
        0 => [],
        1 => [values[0] ?? ""],
        _ => [.. values.Select(static one => one ?? "")],
    };

    // Browsers say where a request comes from; other programs do not. https://www.w3.org/TR/fetch-metadata/, https://fetch.spec.whatwg.org/#origin-header
    static bool IsFromAnotherSite(HttpRequest request)
    {
        foreach (var site in request.Headers["Sec-Fetch-Site"])
        {
            if (site is not ("same-origin" or "none")) return true;
        }
        foreach (var origin in request.Headers.Origin)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var uri) || !IsSame(uri, request.Host)) return true;
        }
        // All that older browsers say with a request that changes nothing.
        foreach (var referer in request.Headers.Referer)
        {
            if (Uri.TryCreate(referer, UriKind.Absolute, out var uri) && !IsSame(uri, request.Host)) return true;
        }
        return false;
    }

    static bool IsSame(Uri origin, HostString host) =>
        host.HasValue && origin.Host.Equals(host.Host, StringComparison.OrdinalIgnoreCase) && (host.Port is { } port ? origin.Port == port : origin.IsDefaultPort);
}
