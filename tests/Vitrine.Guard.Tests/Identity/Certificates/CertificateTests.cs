using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Tests.Fakes;
using Vitrine.TestTargets;

namespace Vitrine.Guard.Tests.Identity.Certificates;

public sealed class CertificateTests : IDisposable
{
    readonly ManualTime _time = new();
    readonly TestFolder _folder = new();
    readonly TestAuthority _authority;
    readonly CallerResolver _resolver;

    public CertificateTests()
    {
        _authority = new(_time);
        _resolver = Resolver(_authority.Pem);
    }

    [Theory]
    [InlineData("CN=alice, O=Example", "sre")]
    [InlineData("CN=alice,O=Example", "sre")]
    [InlineData("CN=alice", "")]
    [InlineData("CN=alice, O=Example, OU=x", "")]
    [InlineData("CN=\"alice, O=Example\"", "")]
    [InlineData("O=Example, CN=alice", "")]
    [InlineData("CN=Alice, O=Example", "")]
    public async Task Resolve_ASubject_HasItsRolesWhenItIsWholeTheSame(string subject, string roles)
    {
        using var certificate = _authority.Client(subject);

        var caller = await Known(certificate);

        Assert.Equal((certificate.SubjectName.Name, CallerKind.Certificate), (caller.Name, caller.Kind));
        Assert.Equal(roles, string.Join(',', caller.Roles));
        Assert.Equal(certificate.NotAfter.ToUniversalTime(), caller.ValidUntil!.Value.UtcDateTime);
    }

    [Fact]
    public async Task Resolve_AlternativeNames_AddUp()
    {
        using var certificate = _authority.Client("CN=x", names =>
        {
            names.AddDnsName("PERF.example.org");
            names.AddUri(new Uri("spiffe://example.org/devops"));
            names.AddEmailAddress("bob@example.org");
            names.AddIpAddress(IPAddress.Loopback);
        });

        Assert.Equal(["devops", "perf", "sre"], (await Known(certificate)).Roles);
    }

    [Fact]
    public async Task Resolve_NoSubject_IsKnownByWhatMatched()
    {
        using var certificate = _authority.Client("", names => names.AddUri(new Uri("spiffe://example.org/devops")));

        Assert.Equal("spiffe://example.org/devops", (await Known(certificate)).Name);
    }

    [Fact]
    public async Task Resolve_NamesThatOnlyBeginOrEndLikeIt_HaveNoRoles()
    {
        using var certificate = _authority.Client("CN=x", names =>
        {
            names.AddDnsName("perf.example.org.evil.example");
            names.AddDnsName("a.perf.example.org");
            names.AddUri(new Uri("spiffe://example.org/devops/x"));
            names.AddEmailAddress("BOB@example.org");
        });

        Assert.Empty((await Known(certificate)).Roles);
    }

    public static TheoryData<string> Untrusted() => new("of another authority", "of an authority with the same name", "issued by itself", "for servers", "for nothing in particular", "expired", "not yet valid", "issued by a caller", "with a name that no log could show", "with a broken hash");

    [Theory, MemberData(nameof(Untrusted))]
    public async Task Resolve_ACertificateThatDoesNotHold_IsNobody(string what)
    {
        using var certificate = Make(what);

        var result = await _resolver.Resolve(With(certificate), default);

        Assert.False(result.IsKnown, what);
        Assert.Equal((await _resolver.Resolve(new() { Address = IPAddress.Loopback }, default)).Refusal, result.Refusal);
        Assert.DoesNotContain("check ended", result.PrivateReason, StringComparison.Ordinal);
    }

    X509Certificate2 Make(string what)
    {
        switch (what)
        {
            case "of another authority":
                using (var other = new TestAuthority(_time, "CN=Other"))
                    return other.Client("CN=alice, O=Example");
            case "of an authority with the same name":
                using (var other = new TestAuthority(_time))
                    return other.Client("CN=alice, O=Example");
            case "issued by itself":
                using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
                {
                    var request = new CertificateRequest("CN=alice, O=Example", key, HashAlgorithmName.SHA256);
                    request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
                    return request.CreateSelfSigned(_time.GetUtcNow().AddDays(-1), _time.GetUtcNow().AddDays(1));
                }
            case "for servers": return _authority.Client("CN=alice, O=Example", usage: "1.3.6.1.5.5.7.3.1");
            case "for nothing in particular": return _authority.Client("CN=alice, O=Example", usage: null);
            case "expired": return _authority.Client("CN=alice, O=Example", from: TimeSpan.FromHours(-5), to: TimeSpan.FromHours(-1));
            case "not yet valid": return _authority.Client("CN=alice, O=Example", from: TimeSpan.FromHours(2));
            case "issued by a caller":
                using (var between = _authority.Client("CN=not an authority"))
                using (var key = ECDsa.Create(ECCurve.NamedCurves.nistP256))
                {
                    var request = new CertificateRequest("CN=alice, O=Example", key, HashAlgorithmName.SHA256);
                    request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
                    return request.Create(between.SubjectName, X509SignatureGenerator.CreateForECDsa(between.GetECDsaPrivateKey()!), _time.GetUtcNow().AddHours(-1), _time.GetUtcNow().AddHours(1), [9]);
                }
            case "with a name that no log could show": return _authority.Client("CN=\"alice\u202Eecila\"");
            case "with a broken hash": return _authority.ClientSignedWithSha1("CN=alice, O=Example");
            default: throw new ArgumentOutOfRangeException(nameof(what));
        }
    }

    [Fact]
    public async Task Resolve_AnIntermediateOfTheSettings_Holds()
    {
        using var root = new TestAuthority(_time, "CN=Root", maximumDepth: 1);
        using var between = new TestAuthority(_time, "CN=Between", root);
        using var resolver = Resolver(root.Pem + "\n" + between.Pem);
        using var certificate = between.Client("CN=alice, O=Example");

        Assert.True((await resolver.Resolve(With(certificate), default)).IsKnown);
        using var withoutIt = Resolver(root.Pem);
        Assert.False((await withoutIt.Resolve(With(certificate), default)).IsKnown);
    }

    // A certificate goes with every request of a browser, a token does not.
    [Fact]
    public async Task Resolve_APageOfAnotherSite_IsRefused()
    {
        using var certificate = _authority.Client("CN=alice, O=Example");

        Assert.Equal(RefusalKind.Forbidden, (await _resolver.Resolve(With(certificate) with { IsFromAnotherSite = true }, default)).Refusal!.Kind);
    }

    [Fact]
    public async Task Resolve_CertificatesNotConfigured_AreNotLookedAt()
    {
        using var resolver = CallerResolver.Create(new(), new(), _time);
        using var certificate = _authority.Client("CN=alice, O=Example");

        Assert.Equal("local", (await resolver.Resolve(With(certificate) with { Address = IPAddress.Loopback }, default)).Caller!.Name);
    }

    [Fact]
    public void Resolve_AKnownCertificate_AllocatesNothing()
    {
        using var certificate = _authority.Client("CN=alice, O=Example");
        var credentials = With(certificate);
        var caller = AtOnce.Of(_resolver.Resolve(credentials, default)).Caller;

        Assert.Equal(0, AllocatedBytes.Of(() => Assert.Same(caller, AtOnce.Of(_resolver.Resolve(credentials, default)).Caller)));
        _time.Advance(TimeSpan.FromSeconds(61));
        Assert.Same(caller, AtOnce.Of(_resolver.Resolve(credentials, default)).Caller);
        _time.Advance(TimeSpan.FromDays(31));
        Assert.False(AtOnce.Of(_resolver.Resolve(credentials, default)).IsKnown);
    }

    static Credentials With(X509Certificate2 certificate) => new() { Address = IPAddress.Parse("192.0.2.1"), Certificate = certificate };

    async Task<Caller> Known(X509Certificate2 certificate)
    {
        var result = await _resolver.Resolve(With(certificate), default);
        Assert.True(result.IsKnown, result.PrivateReason);
        return result.Caller;
    }

    CallerResolver Resolver(string authorities) => CallerResolver.Create(new()
    {
        Certificates = new()
        {
            AuthorityFiles = { _folder.Write("ca.pem", authorities) },
            Callers =
            {
                new() { Subject = "CN=alice,O=Example", Roles = { "sre" } },
                new() { Dns = "perf.example.org", Roles = { "perf" } },
                new() { Uri = "spiffe://example.org/devops", Roles = { "devops" } },
                new() { Email = "bob@example.org", Roles = { "sre" } },
            },
        },
    }, new(), _time);

    public void Dispose()
    {
        _resolver.Dispose();
        _authority.Dispose();
        _folder.Dispose();
    }
}
