using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Tests.Fakes;

namespace Vitrine.Guard.Tests.Attacks;

/// <summary>What a flood of forged credentials costs, counted in signature checks: as many as attempts may fail, and nobody who is known pays for it.</summary>
public sealed class ForgedTokenTests : IDisposable
{
    const int Attempts = 5;

    readonly ManualTime _time = new();
    readonly TestFolder _folder = new();
    readonly TestIssuer _issuer;
    readonly RSA _key = RSA.Create(2048);
    readonly LookGuard _guard;
    int _number;

    public ForgedTokenTests()
    {
        CheckedKeys.Count();
        _issuer = new(_time);
        _guard = Guard(new() { Issuer = TestIssuer.Name, Audiences = { TestIssuer.Audience }, KeyFiles = { _folder.Write("key.pem", _key.ExportSubjectPublicKeyInfoPem()) } });
    }

    [Fact]
    public void Forged_FromOneAddress_AreCheckedAsOftenAsAttemptsMayFail()
    {
        for (var i = 0; i < 50; i++)
            Assert.Equal(i < Attempts ? RefusalKind.Unauthenticated : RefusalKind.TooMany, _guard.Refusal(Look(Forged())).Kind);

        Assert.Equal(Attempts, Checks);
        // One more when one more attempt may fail.
        _time.Advance(TimeSpan.FromMinutes(1));
        for (var i = 0; i < 50; i++) _guard.Refusal(Look(Forged()));
        Assert.Equal(Attempts + 1, Checks);
    }

    [Fact]
    public void Forged_AllAtOnce_AreNotCheckedMoreOften()
    {
        var tokens = Enumerable.Range(0, 400).Select(_ => Forged()).ToArray();

        Parallel.ForEach(tokens, new ParallelOptions { MaxDegreeOfParallelism = 16 }, token => Assert.Contains(_guard.Refusal(Look(token)).Kind, (RefusalKind[])[RefusalKind.Unauthenticated, RefusalKind.TooMany]));

        Assert.Equal(Attempts, Checks);
    }

    [Fact]
    public void Known_FromAnAddressThatIsSpent_GetsInWithoutACheck_AndIsCheckedAgainInItsTime()
    {
        var known = Good();
        LetIn(known);
        Spend();
        var before = Checks;

        for (var i = 0; i < 10; i++) LetIn(known);
        Assert.Equal(before, Checks);

        // After the time of the cache, with no attempt come back.
        _time.Advance(TimeSpan.FromSeconds(60));
        Spend();
        before = Checks;
        LetIn(known);
        LetIn(known);
        Assert.Equal(before + 1, Checks);
    }

    [Fact]
    public void New_FromAnAddressThatIsSpent_IsRefusedWithoutACheck_UntilAnAttemptIsBack()
    {
        Spend();
        var (fresh, before) = (Good(), Checks);

        var refusal = _guard.Refusal(Look(fresh));
        Assert.Equal(RefusalKind.TooMany, refusal.Kind);
        Assert.InRange(refusal.RetryAfter!.Value.TotalSeconds, 1, 60);
        Assert.Equal(before, Checks);

        LetIn(fresh, "192.0.2.2");
        _time.Advance(refusal.RetryAfter.Value);
        LetIn(Good());
    }

    [Fact]
    public void Good_AnyNumberOfNewOnesFromOneAddress_AllGetIn()
    {
        // A proxy that nobody has listed, or a whole office behind one address.
        for (var i = 0; i < 10 * Attempts; i++) LetIn(Good());
        Assert.Equal(10 * Attempts, Checks);
    }

    [Fact]
    public void Without_Credentials_TakesNothingFromThoseWithATokenFromTheSameAddress()
    {
        // A collector that was told nothing of tokens asks for ever.
        for (var i = 0; i < 20 * Attempts; i++) _guard.Refusal(Look(null));
        for (var i = 0; i < 20 * Attempts; i++) _guard.Refusal(Look("no.token"));

        Assert.Equal(0, Checks);
        LetIn(Good());
    }

    [Fact]
    public void Known_WhoseKeyIsGone_PaysOnce()
    {
        var known = Good();
        LetIn(known);
        using var other = RSA.Create(2048);
        _folder.Write("key.pem", other.ExportSubjectPublicKeyInfoPem());
        _time.Advance(TimeSpan.FromSeconds(61));

        for (var i = 0; i < 50; i++) _guard.Refusal(Look(known));

        // Once as somebody known, and then as often as a stranger may.
        Assert.Equal(Attempts, CheckedKeys.ChecksWith(other));
    }

    [Fact]
    public void Bound_ToACertificateOfSomebodyElse_IsRefusedWithoutACheck_AndStaysKnown()
    {
        using var authority = new TestAuthority(_time);
        using var certificate = authority.Client("CN=alice");
        var bound = Token(_key, ("cnf", new JsonObject { ["x5t#S256"] = System.Buffers.Text.Base64Url.EncodeToString(certificate.GetCertHash(HashAlgorithmName.SHA256)) }));
        var mine = Look(bound) with { Credentials = Look(bound).Credentials with { Certificate = certificate } };
        _guard.Permit(mine).Dispose();
        var before = Checks;

        for (var i = 0; i < 3; i++) Assert.Equal(RefusalKind.Unauthenticated, _guard.Refusal(Look(bound)).Kind);

        Assert.Equal(before, Checks);
        _guard.Permit(mine).Dispose();
        Assert.Equal(before, Checks);
    }

    [Fact]
    public void Certificates_OfAnotherAuthority_EndTheAllowanceToo_AndAKnownOneGetsIn()
    {
        using var authority = new TestAuthority(_time);
        using var other = new TestAuthority(_time, "CN=Other");
        using var guard = new LookGuard(Options(identity => identity.Certificates = new() { AuthorityFiles = { _folder.Write("ca.pem", authority.Pem) }, Callers = { new() { Subject = "CN=alice", Roles = { "sre" } } } }), time: _time);
        using X509Certificate2 known = authority.Client("CN=alice"), fresh = authority.Client("CN=alice"), forged = other.Client("CN=alice");
        guard.Permit(With(known)).Dispose();

        for (var i = 0; i < 3 * Attempts; i++) Assert.Equal(i < Attempts ? RefusalKind.Unauthenticated : RefusalKind.TooMany, guard.Refusal(With(forged)).Kind);

        guard.Permit(With(known)).Dispose();
        Assert.Equal(RefusalKind.TooMany, guard.Refusal(With(fresh)).Kind);
        _time.Advance(TimeSpan.FromMinutes(1));
        guard.Permit(With(fresh)).Dispose();

        static LookRequest With(X509Certificate2 certificate) => Looks.Of(Looks.Heap) with { Credentials = new() { Address = IPAddress.Parse("192.0.2.1"), Certificate = certificate } };
    }

    int Checks => CheckedKeys.ChecksWith(_key);

    void Spend()
    {
        for (var i = 0; i < 2 * Attempts; i++) _guard.Refusal(Look(Forged()));
        Assert.Equal(RefusalKind.TooMany, _guard.Refusal(Look(Forged())).Kind);
    }

    void LetIn(string token, string from = "192.0.2.1") => _guard.Permit(Look(token, from)).Dispose();

    // No two are the same, so that none can be known.
    string Forged() => Token(_issuer.Stranger);

    string Good() => Token(_key);

    string Token(RSA key, params (string Name, JsonNode? Value)[] claims) =>
        TestIssuer.Sign("""{"alg":"RS256"}""", _issuer.Claims([("jti", $"{Interlocked.Increment(ref _number)}"), ("exp", _issuer.Seconds(TimeSpan.FromHours(1))), .. claims]).ToJsonString(), text => key.SignData(text, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));

    static LookRequest Look(string? token, string from = "192.0.2.1") =>
        Looks.Of(Looks.Heap) with { Credentials = new() { Address = IPAddress.Parse(from), Authorization = token is null ? [] : ["Bearer " + token] } };

    LookGuard Guard(JwtOptions jwt) => new(Options(identity => identity.Jwt = jwt), time: _time);

    static GuardOptions Options(Action<IdentityOptions> identity)
    {
        var options = Looks.Unlimited();
        options.Limits.FailedAttemptsBurst = Attempts;
        options.Limits.FailedAttemptsPerMinute = 1;
        identity(options.Identity);
        return options;
    }

    public void Dispose()
    {
        _guard.Dispose();
        _key.Dispose();
        _folder.Dispose();
    }
}
