using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Vitrine.Agent.Gate.Configuration;

namespace Vitrine.Agent.Gate.Listening;

/// <summary>
/// The gate's server: Kestrel with nothing on it but one delegate, and with bounds on everything that a caller can send or keep open. HTTP/1.1 and HTTP/2 on every address, with TLS as it is negotiated, without TLS by the preface.
/// </summary>
static class GateListeners
{
    /// <summary>Connections at once in all; one more is closed.</summary>
    const int MostConnections = 2_048;

    /// <summary>Connections at once of one address: a thousand requests at once are answered, and half of all is left to others.</summary>
    const int MostOfOneAddress = 1_024;

    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Prepares the server.</summary>
    /// <param name="listeners">Where it listens, checked.</param>
    /// <param name="certificates">The certificate of each listener, null without TLS, in the same order.</param>
    /// <param name="asksForCertificates">Whether callers are asked for certificates of their own; whether one is trusted is the guard's to say.</param>
    /// <param name="answer">Answers a request.</param>
    public static WebApplication Build(IList<ListenerOptions> listeners, IReadOnlyList<CertificateFiles?> certificates, Func<bool> asksForCertificates, RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.Services.AddRoutingCore();
        var shares = new ConnectionShares(MostOfOneAddress);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            Bound(kestrel);
            for (var i = 0; i < listeners.Count; i++)
            {
                var certificate = certificates[i];
                var end = GateSettings.EndPointOf(listeners[i].Address)!;
                kestrel.Listen(end, listen => Configure(listen, shares, certificate, asksForCertificates));
            }
        });
        var server = builder.Build();
        server.Run(answer);
        return server;
    }

    static void Bound(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        // The scheme of a request over HTTP/2 without TLS: see ConnectionPreface.
        kestrel.AllowAlternateSchemes = true;
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = MostConnections;
        limits.MaxConcurrentUpgradedConnections = 0;
        // Addresses for symbol, a switch, a message of gRPC: nothing that comes in is large.
        limits.MaxRequestBodySize = 1 << 20;
        limits.MaxRequestBufferSize = 256 << 10;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestHeadersTotalSize = 32 << 10;
        limits.MaxRequestLineSize = 4 << 10;
        limits.RequestHeadersTimeout = s_patience;
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
        limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 240, gracePeriod: s_patience);
        limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 1024, gracePeriod: s_patience);
        limits.Http2.MaxStreamsPerConnection = 100;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(60);
        limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
    }

    [SuppressMessage("Security", "CA5359", Justification = "It is the caller's certificate, not a server's. TLS proves that the caller has its key; whom it makes of him is decided once, by the guard.")]
    static void Configure(ListenOptions listen, ConnectionShares shares, CertificateFiles? certificate, Func<bool> asksForCertificates)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.Use(next => connection => shares.Serve(connection, next));
        if (certificate is null)
        {
            listen.Use(static next => connection => ConnectionPreface.Choose(connection, next));
            return;
        }
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = s_patience,
            OnConnection = _ => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = certificate.Current,
                ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
                ClientCertificateRequired = asksForCertificates(),
                RemoteCertificateValidationCallback = static (_, _, _, _) => true,
            }),
        });
    }

    /// <summary>Where a listener really is: port 0 has become a port.</summary>
    public static IEnumerable<string> AddressesOf(WebApplication server) => server.Urls.Select(static url => url.Replace("[::]", Dns.GetHostName(), StringComparison.Ordinal));
}
