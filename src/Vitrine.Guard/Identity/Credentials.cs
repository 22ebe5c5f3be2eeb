using System.Net;
using System.Security.Cryptography.X509Certificates;

namespace Vitrine.Guard.Identity;

/// <summary>
/// What a caller brought, exactly as a door saw it. Everything in it is untrusted, except the address of the connection, the certificate that TLS has already checked the private key of,
/// and the peer that the kernel names. A door fills it in and decides nothing.
/// </summary>
public sealed record Credentials
{
    /// <summary>The address at the other end of the connection itself; null for a Unix socket, and where the server has no socket of its own.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Who is at the other end of a Unix socket that is Vitrine's own; null for any other connection. At a socket of the service itself it is the service's proxy that the kernel names, and not who asks.</summary>
    public PeerCredentials? Peer { get; init; }

    /// <summary>The certificate of mutual TLS; null without one. Whether it is trusted is the guard's to say.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Every value of <c>Authorization</c>, one entry for each time that the header came.</summary>
    public IReadOnlyList<string> Authorization { get; init; } = [];

    /// <summary>Every value of <c>X-Forwarded-For</c>, in the order of the lines.</summary>
    public IReadOnlyList<string> ForwardedFor { get; init; } = [];

    /// <summary>Every value of <c>Forwarded</c> (RFC 7239), in the order of the lines.</summary>
    public IReadOnlyList<string> Forwarded { get; init; } = [];

    /// <summary>The name of any other header by which proxies say that they forward (<c>Via</c>, <c>X-Real-IP</c>, …); null when there is none. A caller with one of these is not a local program.</summary>
    public string? OtherForwardingHeader { get; init; }

    /// <summary>Whether anything says that a proxy forwarded this.</summary>
    internal bool IsForwarded => ForwardedFor.Count > 0 || Forwarded.Count > 0 || OtherForwardingHeader is not null;

    /// <summary>The host name that was asked for, without the port; null when there was none. A page of another site reaches a local door under a name of its own (DNS rebinding).</summary>
    public string? Host { get; init; }

    /// <summary>Whether a browser says that a page of another site asks (<c>Sec-Fetch-Site</c>, <c>Origin</c>).</summary>
    public bool IsFromAnotherSite { get; init; }
}
