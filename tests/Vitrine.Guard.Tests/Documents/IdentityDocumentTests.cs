using System.Net;
using System.Text.Json.Nodes;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Tests.Fakes;

namespace Vitrine.Guard.Tests.Documents;

/// <summary>Each example of the page lets in whom it says.</summary>
public sealed class IdentityDocumentTests : IDisposable
{
    readonly ManualTime _time = new();
    readonly TestFolder _folder = new();
    readonly TestIssuer _issuer;
    readonly TestAuthority _authority;
    readonly byte[] _key = System.Security.Cryptography.RandomNumberGenerator.GetBytes(32);
    readonly List<GuardOptions> _examples;

    public IdentityDocumentTests()
    {
        _issuer = new(_time);
        _authority = new(_time);
        _folder.Write("keys.json", _issuer.KeySet);
        _folder.Write("token.key", Convert.ToBase64String(_key));
        _folder.Write("authority.pem", _authority.Pem);
        _examples = new GuardDocument("identity.md").Examples(_folder.Root);
    }

    [Fact]
    public void Examples_OfTheDocument_AreAllTried() => Assert.Equal(7, _examples.Count);

    [Fact]
    public async Task Local_AListedName_IsLetIn() =>
        Assert.Equal(["owner"], await Roles(0, new() { Address = IPAddress.Loopback, Host = "service.internal" }));

    [Fact]
    public async Task Discovery_ATokenOfTheProvider_HasTheRolesOfItsRealm()
    {
        await using var provider = await TestProvider.Start();
        var jwt = _examples[1].Identity.Jwt!;
        provider.KeySet = _issuer.KeySet;
        provider.Issuer = jwt.Issuer;
        jwt.DiscoveryAddress = provider.DiscoveryAddress;
        var claims = _issuer.Claims(("iss", jwt.Issuer), ("realm_access", new JsonObject { ["roles"] = new JsonArray("devops") }));

        Assert.Equal(["devops"], await Roles(1, TestIssuer.Bearer(_issuer.Token(claims))));
    }

    [Fact]
    public async Task KeyFiles_ATokenOfATeam_HasItsRole() =>
        Assert.Equal(["sre"], await Roles(2, TestIssuer.Bearer(_issuer.Token(_issuer.Claims(("groups", new JsonArray("team-platform", "perf")))))));

    [Fact]
    public async Task SymmetricKey_AToken_HoldsWithIt() =>
        Assert.Equal(["perf"], await Roles(3, TestIssuer.Bearer(TestIssuer.Sign("""{"alg":"HS256"}""", _issuer.Claims().ToJsonString(), text => System.Security.Cryptography.HMACSHA256.HashData(_key, text)))));

    [Fact]
    public async Task Certificates_EachEntry_IsFound()
    {
        using var subject = _authority.Client("CN=alice,O=Example");
        using var dns = _authority.Client("CN=x", names => names.AddDnsName("collector.example.org"));
        using var uri = _authority.Client("CN=x", names => names.AddUri(new Uri("spiffe://example.org/ns/ops/sa/profiler")));
        using var email = _authority.Client("CN=x", names => names.AddEmailAddress("bob@example.org"));

        Assert.Equal(["sre"], await Roles(4, new() { Address = IPAddress.Loopback, Certificate = subject }));
        Assert.Equal(["perf"], await Roles(4, new() { Address = IPAddress.Loopback, Certificate = dns }));
        Assert.Equal(["perf"], await Roles(4, new() { Address = IPAddress.Loopback, Certificate = uri }));
        Assert.Equal(["devops"], await Roles(4, new() { Address = IPAddress.Loopback, Certificate = email }));
    }

    [Fact]
    public async Task UnixPeers_UserAndGroup_AddUp() => Assert.Equal(["perf", "devops"], await Roles(5, new() { Peer = new(1, 1000, 4242) }));

    [Fact]
    public async Task Addresses_AListedProxy_IsBelieved()
    {
        var credentials = TestIssuer.Bearer(_issuer.Token()) with { Address = IPAddress.Parse("10.1.2.3") };

        Assert.Equal(["perf"], await Roles(6, credentials with { ForwardedFor = ["192.0.2.1"] }));
        Assert.Null(await Roles(6, credentials with { ForwardedFor = ["203.0.113.1"] }));
    }

    async Task<IReadOnlyList<string>?> Roles(int example, Credentials credentials)
    {
        using var resolver = CallerResolver.Create(_examples[example].Identity, _examples[example].Policy, _time);
        return (await resolver.Resolve(credentials, default)).Caller?.Roles;
    }

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }
}
