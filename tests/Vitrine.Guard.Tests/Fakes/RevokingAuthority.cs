using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Vitrine.Guard.Tests.Fakes;

/// <summary>An authority that publishes whom it has revoked, at an address of this machine that is written into what it issues; and counts who asks.</summary>
sealed class RevokingAuthority : IDisposable
{
    const string ForClients = "1.3.6.1.5.5.7.3.2";

    readonly TimeProvider _time;
    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly X509Certificate2 _certificate;
    readonly TcpListener _server = new(IPAddress.Loopback, 0);
    readonly List<byte[]> _revoked = [];
    readonly TaskCompletionSource _over = new();
    int _asked;

    /// <param name="time">The clock.</param>
    /// <param name="above">Who issues its own certificate; null = itself.</param>
    /// <param name="name">Its name. What was published under a name is kept by the runtime on disk, so that no two may have the same one.</param>
    public RevokingAuthority(TimeProvider time, RevokingAuthority? above = null, string? name = null)
    {
        _time = time;
        _server.Start();
        Name = name ?? $"CN=Authority {Guid.NewGuid()}";
        var request = new CertificateRequest(Name, _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        if (above is null) _certificate = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1000));
        else
        {
            request.CertificateExtensions.Add(above.Points);
            using var issued = request.Create(above._certificate, Now.AddDays(-1), Now.AddDays(900), Serial());
            _certificate = issued.CopyWithPrivateKey(_key);
        }
        _ = Serve();
    }

    public string Name { get; }

    public string Pem => _certificate.ExportCertificatePem();

    /// <summary>How often its list was asked for.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>What it answers.</summary>
    public RevocationAnswers How { get; set; }

    X509Extension Points => CertificateRevocationListBuilder.BuildCrlDistributionPointExtension([$"http://{_server.LocalEndpoint}/list.crl"]);

    DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>A certificate for a client.</summary>
    /// <param name="subject">Whose.</param>
    /// <param name="saysWhere">Whether it says where the list is.</param>
    public X509Certificate2 Client(string subject, bool saysWhere = true)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ForClients)], false));
        if (saysWhere) request.CertificateExtensions.Add(Points);
        return request.Create(_certificate, Now.AddHours(-1), Now.AddDays(30), Serial());
    }

    public void Revoke(X509Certificate2 certificate) => _revoked.Add(certificate.SerialNumberBytes.ToArray());

    public void Revoke(RevokingAuthority authority) => Revoke(authority._certificate);

    /// <summary>Nobody answers there any more.</summary>
    public void Close() => _server.Stop();

    async Task Serve()
    {
        try
        {
            while (true) _ = Answer(await _server.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // Closed.
        }
    }

    async Task Answer(TcpClient client)
    {
        using (client)
        {
            Interlocked.Increment(ref _asked);
            var stream = client.GetStream();
            await stream.ReadAtLeastAsync(new byte[4096], 1, throwOnEndOfStream: false);
            if (How == RevocationAnswers.Never) await _over.Task;
            var body = How is RevocationAnswers.WithBytesThatAreNone or RevocationAnswers.WithAnError ? "no list"u8.ToArray() : List();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {(How == RevocationAnswers.WithAnError ? "500 No" : "200 OK")}\r\nContent-Type: application/pkix-crl\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
            await stream.WriteAsync(body);
        }
    }

    byte[] List()
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (var serial in _revoked) builder.AddEntry(serial, Now.AddMinutes(-1));
        var (from, to) = How == RevocationAnswers.WithAListThatIsTooOld ? (Now.AddDays(-2), Now.AddDays(-1)) : (Now.AddMinutes(-1), Now.AddHours(1));
        if (How != RevocationAnswers.WithAListOfSomebodyElse) return builder.Build(_certificate, 1, to, HashAlgorithmName.SHA256, thisUpdate: from);
        using var other = new RevokingAuthority(_time, name: Name);
        return builder.Build(other._certificate, 1, to, HashAlgorithmName.SHA256, thisUpdate: from);
    }

    static byte[] Serial()
    {
        var serial = RandomNumberGenerator.GetBytes(8);
        serial[0] = (byte)(serial[0] & 0x7f | 1);
        return serial;
    }

    public void Dispose()
    {
        _over.TrySetResult();
        _server.Dispose();
        _certificate.Dispose();
        _key.Dispose();
    }
}

/// <summary>What an authority answers who is asked for its list.</summary>
public enum RevocationAnswers
{
    Well,
    WithAnError,
    WithAListOfSomebodyElse,
    WithAListThatIsTooOld,
    WithBytesThatAreNone,
    Never,
}
