using System.Text.Json.Nodes;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Policy;
using Vitrine.Guard.Tests.Fakes;

namespace Vitrine.Guard.Tests.Identity.Tokens;

public sealed class ClaimTests : IDisposable
{
    readonly ManualTime _time = new();
    readonly TestFolder _folder = new();
    readonly TestIssuer _issuer;

    public ClaimTests() => _issuer = new(_time);

    [Fact]
    public async Task Resolve_ATokenThatHolds_IsItsSubject()
    {
        var caller = await Caller(_issuer.Claims(("roles", new JsonArray("perf", "sre", "unknown", 7, "perf"))), _ => { });

        Assert.Equal(("alice", CallerKind.Token), (caller.Name, caller.Kind));
        Assert.Equal(["perf", "sre"], caller.Roles);
        Assert.Equal(_time.GetUtcNow() + TimeSpan.FromSeconds(330), caller.ValidUntil);
    }

    // Each: the claims that replace the usual ones, as JSON, and the roles that come of them.
    [Theory]
    [InlineData("""{"roles":"perf"}""", "perf")]
    [InlineData("""{"roles":["perf","devops"]}""", "devops,perf")]
    [InlineData("""{"roles":"perf devops"}""", "")]
    [InlineData("""{"roles":{"perf":true}}""", "")]
    [InlineData("""{"roles":null}""", "")]
    [InlineData("""{"roles":[["perf"]]}""", "")]
    [InlineData("""{"roles":["PERF"]}""", "")]
    [InlineData("""{"roles":["owner"]}""", "")]
    [InlineData("""{"groups":["perf"]}""", "")]
    [InlineData("{}", "")]
    public async Task Resolve_RolesByTheirNames_AreThoseOfThePolicy(string claims, string roles) =>
        Assert.Equal(roles, string.Join(',', (await Caller(With(claims), _ => { })).Roles));

    [Theory]
    [InlineData("""{"realm_access":{"roles":["perf"]}}""", "perf")]
    [InlineData("""{"realm_access":{"roles":["perf"]},"realm_access.roles":["sre"]}""", "sre")]
    [InlineData("""{"realm_access":["perf"]}""", "")]
    [InlineData("""{"realm_access":{"role":["perf"]}}""", "")]
    [InlineData("""{"realm_access":"roles"}""", "")]
    [InlineData("""{"https://example.org/roles":"devops","roles":["sre"]}""", "devops")]
    public async Task Resolve_ANestedClaim_IsFound(string claims, string roles) =>
        Assert.Equal(roles, string.Join(',', (await Caller(With(claims), jwt =>
        {
            jwt.RoleClaims.Add("realm_access.roles");
            jwt.RoleClaims.Add("https://example.org/roles");
        })).Roles));

    [Fact]
    public async Task Resolve_WithAMap_OnlyTheMapCounts()
    {
        var caller = await Caller(With("""{"roles":["sre","b3c2-team","https://example.org/r"]}"""), jwt =>
        {
            jwt.RoleMap.Add(new() { Value = "b3c2-team", Roles = { "devops", "perf" } });
            jwt.RoleMap.Add(new() { Value = "https://example.org/r", Roles = { "owner" } });
        });

        Assert.Equal(["devops", "owner", "perf"], caller.Roles);
    }

    [Theory]
    [InlineData("""{"scope":"openid pprof:read:heap  metrics:read:*"}""", "metrics:read:*,pprof:read:heap")]
    [InlineData("""{"scp":"pprof:read:heap"}""", "pprof:read:heap")]
    [InlineData("""{"scp":["pprof:read:heap","pprof:read:cpu profile"]}""", "pprof:read:cpu,pprof:read:heap")]
    [InlineData("""{"scope":"pprof:read:heap@shop pprof:read:heap@cart metrics:read:* metrics:read:*@shop switch:write:all@shop pprof:read:cpu@"}""", "metrics:read:*,pprof:read:heap@cart,pprof:read:heap@shop")]
    [InlineData("""{"scope":"pprof:read:h* pprof:*:heap *:*:* pprof:READ:heap"}""", "")]
    [InlineData("""{"scope":{"pprof:read:heap":1}}""", "")]
    public async Task Resolve_ScopesThatArePermissions_AreGranted(string claims, string permissions)
    {
        Assert.Equal(permissions, string.Join(',', (await Caller(With(claims), _ => { })).Permissions.All));
        Assert.Empty((await Caller(With(claims), jwt => jwt.ScopesArePermissions = false)).Permissions.All);
    }

    [Fact]
    public async Task Resolve_AMappedScope_IsItsRoles()
    {
        var caller = await Caller(With("""{"scope":"vitrine.look"}"""), jwt => jwt.ScopeMap.Add(new() { Value = "vitrine.look", Roles = { "perf" } }));

        Assert.Equal(["perf"], caller.Roles);
        Assert.True(caller.Permissions.Allows(Permission.Of("pprof", "read", "cpu"), "self"));
    }

    [Fact]
    public async Task Resolve_AnotherNameClaim_IsTheName() =>
        Assert.Equal("deploy-bot", (await Caller(With("""{"client_id":"deploy-bot"}"""), jwt => jwt.NameClaim = "client_id")).Name);

    [Theory]
    [InlineData(0, true)]
    [InlineData(29, true)]
    [InlineData(30, false)]
    public async Task Resolve_AfterTheEnd_HoldsWithinTheSkew(int secondsLate, bool holds)
    {
        var claims = _issuer.Claims(("exp", _issuer.Seconds(TimeSpan.FromSeconds(-secondsLate))));

        Assert.Equal(holds, (await Result(claims, _ => { })).IsKnown);
    }

    [Theory]
    [InlineData(0, 600, true)]
    [InlineData(0, 601, false)]
    [InlineData(-300, 300, true)]
    [InlineData(-301, 300, false)]
    public async Task Resolve_WithALongestLifetime_RefusesLongerOnes(int issued, int expires, bool holds)
    {
        var claims = _issuer.Claims(("iat", _issuer.Seconds(TimeSpan.FromSeconds(issued))), ("exp", _issuer.Seconds(TimeSpan.FromSeconds(expires))));

        Assert.Equal(holds, (await Result(claims, jwt => jwt.MaximumLifetime = TimeSpan.FromMinutes(10))).IsKnown);
    }

    [Fact]
    public async Task Resolve_WithALongestLifetime_RefusesATokenThatDoesNotSaySinceWhen() =>
        Assert.False((await Result(_issuer.Claims(("iat", null)), jwt => jwt.MaximumLifetime = TimeSpan.FromMinutes(10))).IsKnown);

    [Theory]
    [InlineData("HS256", 32, "HS256", true)]
    [InlineData("HS512", 64, "HS512", true)]
    [InlineData("HS256", 32, "HS512", false)]
    public async Task Resolve_ASymmetricKey_HoldsWithItsAlgorithm(string configured, int bytes, string used, bool holds)
    {
        var key = System.Security.Cryptography.RandomNumberGenerator.GetBytes(bytes);
        var options = new IdentityOptions { Jwt = new() { Issuer = TestIssuer.Name, Audiences = { TestIssuer.Audience }, Algorithms = { configured }, SymmetricKeyFile = _folder.Write("key", Convert.ToBase64String(key) + "\n") } };
        using var resolver = CallerResolver.Create(options, new(), _time);
        var token = TestIssuer.Sign($$"""{"alg":"{{used}}"}""", _issuer.Claims().ToJsonString(), text => used == "HS256"
            ? System.Security.Cryptography.HMACSHA256.HashData(key, text)
            : System.Security.Cryptography.HMACSHA512.HashData(key, text));

        Assert.Equal(holds, (await resolver.Resolve(TestIssuer.Bearer(token), default)).IsKnown);
    }

    [Theory]
    [InlineData("public key")]
    [InlineData("rsa public key")]
    [InlineData("certificate")]
    [InlineData("curve")]
    public async Task Resolve_KeysInPem_CheckTokensOfAnyKid(string kind)
    {
        var pem = kind switch
        {
            "public key" => _issuer.Rsa.ExportSubjectPublicKeyInfoPem(),
            "rsa public key" => _issuer.Rsa.ExportRSAPublicKeyPem(),
            "certificate" => new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=issuer", _issuer.Rsa, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1)
                .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddDays(1)).ExportCertificatePem(),
            _ => _issuer.Curve.ExportSubjectPublicKeyInfoPem(),
        };
        var options = new IdentityOptions { Jwt = new() { Issuer = TestIssuer.Name, Audiences = { TestIssuer.Audience }, KeyFiles = { _folder.Write("key.pem", "a comment\n" + pem) } } };
        using var resolver = CallerResolver.Create(options, new(), _time);

        Assert.Equal(kind != "curve", (await resolver.Resolve(TestIssuer.Bearer(_issuer.Token("RS256", "any")), default)).IsKnown);
        Assert.Equal(kind == "curve", (await resolver.Resolve(TestIssuer.Bearer(_issuer.Token("ES256", "any")), default)).IsKnown);
    }

    [Fact]
    public async Task Resolve_ATokenThatIsNotConfigured_IsNotLookedAt()
    {
        using var resolver = CallerResolver.Create(new(), new(), _time);

        Assert.Equal("local", (await resolver.Resolve(TestIssuer.Bearer("x") with { Address = System.Net.IPAddress.Loopback }, default)).Caller!.Name);
    }

    // A certificate or this machine does not help who brings a token that does not hold.
    [Fact]
    public async Task Resolve_ATokenThatDoesNotHold_IsNotReplacedBySomethingElse()
    {
        var options = _issuer.Options(_folder);
        options.Local.Allow = true;
        using var resolver = CallerResolver.Create(options, new(), _time);
        var credentials = TestIssuer.Bearer("x") with { Address = System.Net.IPAddress.Loopback, Peer = null };

        Assert.Equal(RefusalKind.Unauthenticated, (await resolver.Resolve(credentials, default)).Refusal!.Kind);
        Assert.Equal(RefusalKind.Unauthenticated, (await resolver.Resolve(credentials with { Address = null, Peer = new(1, 0, 0) }, default)).Refusal!.Kind);
        Assert.True((await resolver.Resolve(credentials with { Authorization = [] }, default)).IsKnown);
    }

    [Fact]
    public async Task Resolve_AGoodTokenFromAnAddressThatIsNotAllowed_IsRefused()
    {
        var options = _issuer.Options(_folder);
        options.Addresses.Allow.Add("10.0.0.0/8");
        using var resolver = CallerResolver.Create(options, new(), _time);

        var result = await resolver.Resolve(TestIssuer.Bearer(_issuer.Token()), default);

        Assert.Equal((RefusalKind.Forbidden, "192.0.2.1"), (result.Refusal!.Kind, result.Address.ToString()));
    }

    JsonObject With(string claims)
    {
        var all = _issuer.Claims(("roles", null));
        foreach (var (name, value) in JsonNode.Parse(claims)!.AsObject()) all[name] = value?.DeepClone();
        return all;
    }

    async Task<Caller> Caller(JsonObject claims, Action<JwtOptions> change)
    {
        var result = await Result(claims, change);
        Assert.True(result.IsKnown, result.PrivateReason);
        return result.Caller;
    }

    async Task<CallerResult> Result(JsonObject claims, Action<JwtOptions> change)
    {
        var options = _issuer.Options(_folder);
        change(options.Jwt!);
        using var resolver = CallerResolver.Create(options, new(), _time);
        return await resolver.Resolve(TestIssuer.Bearer(_issuer.Token(claims)), default);
    }

    public void Dispose()
    {
        _folder.Dispose();
    }
}
