using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Vitrine.Agent.Gate;
using Vitrine.Agent.Gate.Forwarding;
using Vitrine.Agent.Tests.Gate.Forwarding;

namespace Vitrine.Agent.Tests.Gate;

/// <summary>Callers with certificates of their own, and callers who go away, at a gate.</summary>
public sealed class GateCertificateTests : IDisposable
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("vitrine-mtls-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Get_WithACertificate_IsWhatItsAuthorityAndRoleAllow()
    {
        await using var service = RawServer.Sending("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 7\r\n\r\n{\"a\":1}");
        using var known = Authority("known");
        using var unknown = Authority("unknown");
        using var self = Leaf(known, "gate");
        var (pem, authority, file) = (Path.Combine(_folder.FullName, "tls.pem"), Path.Combine(_folder.FullName, "ca.pem"), Path.Combine(_folder.FullName, "gate.json"));
        File.WriteAllText(pem, $"{self.ExportCertificatePem()}\n{self.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem()}\n");
        File.WriteAllText(authority, known.ExportCertificatePem());
        File.WriteAllText(file, $$"""
            {
              "Listeners": [ { "Address": "127.0.0.1:0", "Certificate": "{{pem}}" } ],
              "Upstreams": { "shop": { "Forward": "{{service.Address}}" } },
              "Guard": { "Identity": { "Certificates": { "AuthorityFiles": [ "{{authority}}" ], "Callers": [ { "Subject": "CN=alice", "Roles": [ "sre" ] } ] } } }
            }
            """);
        await using var gate = await RunningGate.Start(new GateRequest { File = file });

        async Task<HttpStatusCode> Status(X509Certificate2? certificate)
        {
            using var client = gate.NewClient(certificate: certificate);
            using var answer = await client.GetAsync("/debug/vars");
            return answer.StatusCode;
        }
        using var alice = Leaf(known, "alice");
        using var bob = Leaf(known, "bob");
        using var mallory = Leaf(unknown, "alice");
        Assert.Equal(HttpStatusCode.OK, await Status(alice));
        Assert.Equal(HttpStatusCode.Forbidden, await Status(bob));
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(mallory));
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(null));
    }

    [Fact]
    public async Task Get_ByACallerWhoGoesAway_EndsTheServicesWorkAndTheGateGoesOn()
    {
        RawServer? service = null;
        await using var started = service = RawServer.Start(async (stream, end) =>
        {
            await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{"u8.ToArray(), end);
            await service!.AwaitEnd(stream, end);
        });
        await using var gate = await RunningGate.Start(new GateRequest { Forward = service.Address });
        using (var caller = new TcpClient())
        {
            await caller.ConnectAsync(gate.Address.Host, gate.Address.Port);
            await caller.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /debug/vars HTTP/1.1\r\nHost: localhost\r\n\r\n"));
            for (var tries = 0; service.Requests.Count == 0 && tries < 1000; tries++) await Task.Delay(10);
        }

        await service.Abandoned.Task.WaitAsync(TimeSpan.FromSeconds(30));
        using var answer = await gate.Client.GetAsync("/debug/pprof/");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData(64L << 20, 512L << 20, 8L << 20)]
    [InlineData(1L << 20, 8L << 20, 1L << 20)]
    [InlineData(1L << 30, 1L << 30, 8L << 20)]
    public void For_ACeilingOfTheGuard_BoundsWhatIsForwarded(long ceiling, long profile, long page)
    {
        var limits = UpstreamLimits.For(ceiling);

        Assert.Equal((ceiling, profile, page), (limits.MaxBytes, limits.MaxProfileBytes, limits.MaxPageBytes));
    }

    static X509Certificate2 Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
    }

    static X509Certificate2 Leaf(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")], false));
        using var certificate = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1), RandomNumberGenerator.GetBytes(8));
        using var both = certificate.CopyWithPrivateKey(key);
        // The handshake wants the key in a form that is the certificate's own.
        return X509CertificateLoader.LoadPkcs12(both.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable);
    }
}
