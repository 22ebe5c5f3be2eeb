using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Vitrine.Guard.Tests.Fakes;

/// <summary>Issues certificates, good and bad ones.</summary>
sealed class TestAuthority : IDisposable
{
    const string ForClients = "1.3.6.1.5.5.7.3.2";

    readonly TimeProvider _time;
    readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    readonly X509Certificate2 _certificate;

    public TestAuthority(TimeProvider time, string name = "CN=Test authority", TestAuthority? above = null, int maximumDepth = 0)
    {
        _time = time;
        var request = new CertificateRequest(name, _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, maximumDepth, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        var (from, to) = (Now.AddDays(-1), Now.AddDays(1000));
        _certificate = above is null ? request.CreateSelfSigned(from, to) : request.Create(above._certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(above._key), from, to, [7]);
    }

    public string Pem => _certificate.ExportCertificatePem();

    DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>A certificate with its key.</summary>
    public X509Certificate2 Client(string subject, Action<SubjectAlternativeNameBuilder>? names = null, string? usage = ForClients, TimeSpan from = default, TimeSpan? to = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        if (usage is not null) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        if (names is not null)
        {
            var builder = new SubjectAlternativeNameBuilder();
            names(builder);
            request.CertificateExtensions.Add(builder.Build());
        }
        var serial = RandomNumberGenerator.GetBytes(8);
        serial[0] = (byte)(serial[0] & 0x7f | 1);
        using var certificate = request.Create(_certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), Now - TimeSpan.FromHours(1) + from, Now + (to ?? TimeSpan.FromDays(30)), serial);
        return certificate.CopyWithPrivateKey(key);
    }

    /// <summary>The same, signed by a generator that still does SHA-1.</summary>
    public X509Certificate2 ClientSignedWithSha1(string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA1);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ForClients)], false));
        return request.Create(_certificate.SubjectName, new Sha1Generator(_key), Now.AddHours(-1), Now.AddDays(1), [11]);
    }

    public void Dispose()
    {
        _certificate.Dispose();
        _key.Dispose();
    }

    sealed class Sha1Generator(ECDsa key) : X509SignatureGenerator
    {
        // ecdsa-with-SHA1
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) => [0x30, 0x09, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x01];

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key.SignData(data, HashAlgorithmName.SHA1, DSASignatureFormat.Rfc3279DerSequence);

        protected override PublicKey BuildPublicKey() => new(key);
    }
}
