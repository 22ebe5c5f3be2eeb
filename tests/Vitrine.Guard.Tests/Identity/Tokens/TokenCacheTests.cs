using System.Security.Cryptography;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Tests.Fakes;
using Vitrine.TestTargets;

namespace Vitrine.Guard.Tests.Identity.Tokens;

public sealed class TokenCacheTests : IDisposable
{
    readonly ManualTime _time = new();
    readonly TestFolder _folder = new();
    readonly TestIssuer _issuer;
    readonly CallerResolver _resolver;

    public TokenCacheTests()
    {
        _issuer = new(_time);
        _resolver = CallerResolver.Create(_issuer.Options(_folder), new(), _time);
    }

    [Fact]
    public void Resolve_AKnownToken_AllocatesNothingAndDoesNotWait()
    {
        var credentials = TestIssuer.Bearer(_issuer.Token());
        var caller = AtOnce.Of(_resolver.Resolve(credentials, default)).Caller;

        Assert.Equal(0, AllocatedBytes.Of(() => Assert.Same(caller, AtOnce.Of(_resolver.Resolve(credentials, default)).Caller)));
    }

    [Fact]
    public void Resolve_CheckedAgain_IsTheSameInstance()
    {
        var credentials = TestIssuer.Bearer(_issuer.Token());
        var caller = AtOnce.Of(_resolver.Resolve(credentials, default)).Caller;
        _time.Advance(TimeSpan.FromSeconds(61));

        Assert.Same(caller, AtOnce.Of(_resolver.Resolve(credentials, default)).Caller);
    }

    [Fact]
    public void Resolve_TheTokenEnds_TheCacheEndsToo()
    {
        var credentials = TestIssuer.Bearer(_issuer.Token(_issuer.Claims(("exp", _issuer.Seconds(TimeSpan.FromSeconds(10))))));

        Assert.True(AtOnce.Of(_resolver.Resolve(credentials, default)).IsKnown);
        _time.Advance(TimeSpan.FromSeconds(39));
        Assert.True(AtOnce.Of(_resolver.Resolve(credentials, default)).IsKnown);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(AtOnce.Of(_resolver.Resolve(credentials, default)).IsKnown);
    }

    [Fact]
    public void Resolve_AKeyIsTakenAway_ItsTokensEndWithinTheTimeOfTheCache()
    {
        var credentials = TestIssuer.Bearer(_issuer.Token());
        Assert.True(AtOnce.Of(_resolver.Resolve(credentials, default)).IsKnown);
        Rewrite($$"""{"keys":[{{TestIssuer.Jwk(_issuer.Curve, "curve")}}]}""");

        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.True(AtOnce.Of(_resolver.Resolve(credentials, default)).IsKnown);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(AtOnce.Of(_resolver.Resolve(credentials, default)).IsKnown);
    }

    // As soon as the other keys have been read, for whomever.
    [Fact]
    public void Resolve_OtherKeysInForce_EndsWhatWasCheckedWithThoseOfBefore()
    {
        var credentials = TestIssuer.Bearer(_issuer.Token());
        Assert.True(AtOnce.Of(_resolver.Resolve(credentials, default)).IsKnown);
        Rewrite($$"""{"keys":[{{TestIssuer.Jwk(_issuer.Curve, "curve")}}]}""");
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.True(AtOnce.Of(_resolver.Resolve(TestIssuer.Bearer(_issuer.Token("ES256", "curve")), default)).IsKnown);
        Assert.False(AtOnce.Of(_resolver.Resolve(credentials, default)).IsKnown);
    }

    [Fact]
    public void Resolve_AKeyIsAdded_ItsTokensHold()
    {
        var credentials = TestIssuer.Bearer(_issuer.Token("RS256", "next"));
        Assert.False(AtOnce.Of(_resolver.Resolve(credentials, default)).IsKnown);
        Rewrite($$"""{"keys":[{{TestIssuer.Jwk(_issuer.Rsa, "next")}}]}""");
        _time.Advance(TimeSpan.FromSeconds(2));

        Assert.True(AtOnce.Of(_resolver.Resolve(credentials, default)).IsKnown);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("")]
    [InlineData("{\"keys\":[]}")]
    [InlineData(null)]
    public void Resolve_TheFileIsBroken_TheKeysOfBeforeGoOnForABoundedTime(string? text)
    {
        var log = new ListLog();
        using var resolver = CallerResolver.Create(_issuer.Options(_folder), new(), _time, log);
        if (text is null) File.Delete(_folder["keys.json"]);
        else Rewrite(text);
        var claims = _issuer.Claims(("exp", _issuer.Seconds(TimeSpan.FromDays(3))));
        var credentials = TestIssuer.Bearer(_issuer.Token(claims));

        _time.Advance(TimeSpan.FromHours(23));
        Assert.True(AtOnce.Of(resolver.Resolve(credentials, default)).IsKnown);
        Assert.Contains("stay in force", Assert.Single(log.Lines), StringComparison.Ordinal);
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(RefusalKind.Unavailable, AtOnce.Of(resolver.Resolve(credentials, default)).Refusal!.Kind);
        _folder.Write("keys.json", _issuer.KeySet);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.True(AtOnce.Of(resolver.Resolve(credentials, default)).IsKnown);
    }

    [Fact]
    public void Resolve_ManyBadTokens_DoNotPushOutAGoodOne()
    {
        var options = _issuer.Options(_folder);
        options.CacheEntries = 16;
        using var resolver = CallerResolver.Create(options, new(), _time);
        var good = TestIssuer.Bearer(_issuer.Token());
        var caller = AtOnce.Of(resolver.Resolve(good, default)).Caller;
        for (var i = 0; i < 200; i++)
            Assert.False(AtOnce.Of(resolver.Resolve(TestIssuer.Bearer(TestIssuer.Sign("""{"alg":"RS256","kid":"rsa"}""", _issuer.Claims(("jti", $"{i}")).ToJsonString(), _ => new byte[256])), default)).IsKnown);

        Assert.Equal(0, AllocatedBytes.Of(() => Assert.Same(caller, AtOnce.Of(resolver.Resolve(good, default)).Caller)));
    }

    [Fact]
    public void Resolve_MoreGoodTokensThanPlaces_AllHold()
    {
        var options = _issuer.Options(_folder);
        options.CacheEntries = 16;
        using var resolver = CallerResolver.Create(options, new(), _time);
        var all = Enumerable.Range(0, 100).Select(i => TestIssuer.Bearer(_issuer.Token(_issuer.Claims(("sub", $"user-{i}"))))).ToArray();

        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < all.Length; i++)
                Assert.Equal($"user-{i}", AtOnce.Of(resolver.Resolve(all[i], default)).Caller!.Name);
        }
    }

    [Fact]
    public async Task Resolve_FromManyThreads_NeverMixesCallersUp()
    {
        var options = _issuer.Options(_folder);
        options.CacheEntries = 16;
        using var resolver = CallerResolver.Create(options, new(), _time);
        var all = Enumerable.Range(0, 24).Select(i => TestIssuer.Bearer(_issuer.Token(_issuer.Claims(("sub", $"user-{i}"))))).ToArray();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(seed => Task.Run(async () =>
        {
            var random = new Random(seed);
            for (var i = 0; i < 500; i++)
            {
                var at = random.Next(all.Length);
                Assert.Equal($"user-{at}", (await resolver.Resolve(all[at], default)).Caller!.Name);
            }
        })));
    }

    [Fact]
    public void Resolve_ATokenThatIsBoundToACertificate_HoldsWithItOnly()
    {
        using var authority = new TestAuthority(_time);
        using var own = authority.Client("CN=alice");
        using var other = authority.Client("CN=bob");
        var binding = new System.Text.Json.Nodes.JsonObject { ["x5t#S256"] = System.Buffers.Text.Base64Url.EncodeToString(own.GetCertHash(HashAlgorithmName.SHA256)) };
        var credentials = TestIssuer.Bearer(_issuer.Token(_issuer.Claims(("cnf", binding))));

        // Twice: from the beginning and from the cache.
        for (var i = 0; i < 2; i++)
        {
            Assert.True(AtOnce.Of(_resolver.Resolve(credentials with { Certificate = own }, default)).IsKnown);
            Assert.False(AtOnce.Of(_resolver.Resolve(credentials with { Certificate = other }, default)).IsKnown);
            Assert.False(AtOnce.Of(_resolver.Resolve(credentials, default)).IsKnown);
        }
        var bound = credentials with { Certificate = own };
        Assert.Equal(0, AllocatedBytes.Of(() => Assert.True(AtOnce.Of(_resolver.Resolve(bound, default)).IsKnown)));
    }

    void Rewrite(string text)
    {
        // Files change within the resolution of their times in a test, not in life; the length changes too.
        _folder.Write("keys.json", text);
        File.SetLastWriteTimeUtc(_folder["keys.json"], DateTime.UtcNow.AddSeconds(5));
    }

    public void Dispose()
    {
        _resolver.Dispose();
        _folder.Dispose();
    }
}
