using System.Buffers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Vitrine.Agent.Gate.Listening;

/// <summary>
/// HTTP/1.1 and HTTP/2 on one port without TLS: a client that knows beforehand that it may speak HTTP/2 begins with a preface (RFC 9113, section 3.4), whose first three letters no method of HTTP/1.1 has.
/// Kestrel chooses by what TLS negotiated, and without TLS it takes HTTP/1.1; so a connection that begins with the preface is told apart here and given what TLS would have negotiated.
/// </summary>
static class ConnectionPreface
{
    /// <summary>How long a connection may be silent. Kestrel's own time for headers begins later.</summary>
    static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Looks at the first bytes of a connection, and leaves them where they are.</summary>
    public static async Task Choose(ConnectionContext connection, ConnectionDelegate next)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        end.CancelAfter(s_patience);
        try
        {
            while (true)
            {
                var read = await connection.Transport.Input.ReadAsync(end.Token).ConfigureAwait(false);
                var begins = Begins(read.Buffer);
                connection.Transport.Input.AdvanceTo(read.Buffer.Start, begins is null ? read.Buffer.End : read.Buffer.Start);
                if (begins == true)
                {
                    var negotiated = new Negotiated();
                    connection.Features.Set<ITlsApplicationProtocolFeature>(negotiated);
                    connection.Features.Set<ITlsConnectionFeature>(negotiated);
                }
                if (begins is not null || read.IsCompleted)
                    break;
            }
        }
        catch (OperationCanceledException)
        {
            connection.Abort();
            return;
        }
        await next(connection).ConfigureAwait(false);
    }

    /// <summary>Whether these are the first letters of the preface; null while there are too few.</summary>
    static bool? Begins(ReadOnlySequence<byte> buffer)
    {
        Span<byte> first = stackalloc byte[3];
        var length = (int)Math.Min(buffer.Length, first.Length);
        buffer.Slice(0, length).CopyTo(first);
        if (!"PRI"u8.StartsWith(first[..length]))
            return false;
        return length == first.Length ? true : null;
    }

    sealed class Negotiated : ITlsApplicationProtocolFeature, ITlsConnectionFeature
    {
        public ReadOnlyMemory<byte> ApplicationProtocol => SslApplicationProtocol.Http2.Protocol;

        public X509Certificate2? ClientCertificate { get; set; }

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult<X509Certificate2?>(null);
    }
}
