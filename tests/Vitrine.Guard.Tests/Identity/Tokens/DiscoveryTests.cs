using Microsoft.AspNetCore.Http;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Tests.Fakes;
using Vitrine.TestTargets;

namespace Vitrine.Guard.Tests.Identity.Tokens;

/// <summary>Keys of a provider: in the process of the test, over HTTP on loopback.</summary>
public sealed class DiscoveryTests : IAsyncLifetime
{
    readonly ManualTime _time = new();
    readonly ListLog _log = new();
    TestIssuer _issuer = null!;
    TestProvider _provider = null!;
    CallerResolver _resolver = null!;

    public async ValueTask InitializeAsync()
    {
        _issuer = new(_time);
        _provider = await TestProvider.Start();
        _provider.KeySet = _issuer.KeySet;
        _resolver = Resolver();
    }

    [Fact]
    public async Task Resolve_TheFirstToken_FetchesTheKeysOnce()
    {
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(async () => Assert.Null(await Reason(Token(i))))));

        Assert.Equal(1, _provider.Discoveries);
    }

    [Fact]
    public async Task Resolve_KeysAreRotated_TheFirstTokenOfTheNewOneHolds()
    {
        Assert.Null(await Reason(Token(1)));
        _provider.KeySet = $$"""{"keys":[{{TestIssuer.Jwk(_issuer.Stranger, "next")}}]}""";
        _time.Advance(TimeSpan.FromSeconds(31));

        Assert.Null(await Reason(Next(1)));
        Assert.Equal(2, _provider.Discoveries);
        // The old one's are at an end, also those that were known.
        Assert.NotNull(await Reason(Token(1)));
    }

    [Fact]
    public async Task Resolve_ManyUnknownKids_CauseOneFetchInAnInterval()
    {
        Assert.Null(await Reason(Token(1)));
        for (var i = 0; i < 100; i++)
            Assert.NotNull(await Reason(Unknown(i)));
        Assert.Equal(1, _provider.Discoveries);

        _time.Advance(TimeSpan.FromSeconds(31));
        await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Task.Run(async () => Assert.NotNull(await Reason(Unknown(1000 + i))))));
        Assert.Equal(2, _provider.Discoveries);
    }

    [Fact]
    public async Task Resolve_TokensOfOtherIssuers_CauseNoFetch()
    {
        Assert.NotNull(await Reason(TestIssuer.Bearer(_issuer.Token(_issuer.Claims(("iss", "https://evil.example"))))));
        Assert.NotNull(await Reason(TestIssuer.Bearer("x.y.z")));

        Assert.Equal(0, _provider.Discoveries);
    }

    [Fact]
    public async Task Resolve_KeysGrowOld_TheyAreFetchedBesideTheRequest()
    {
        Assert.Null(await Reason(Token(1)));
        var held = new TaskCompletionSource();
        _provider.Instead = _ => held.Task;
        _time.Advance(TimeSpan.FromMinutes(61));

        // Answered while the provider is still at it.
        Assert.Null(await Reason(Token(2)));
        await Until(() => _provider.Discoveries == 2);
        held.SetResult();
    }

    [Fact]
    public async Task Resolve_TheProviderIsGone_KnownKeysGoOnForABoundedTime()
    {
        Assert.Null(await Reason(Token(1)));
        _provider.Instead = Fail;

        _time.Advance(TimeSpan.FromHours(23));
        Assert.Null(await Reason(Token(2)));
        await Until(() => _log.Lines.Any(line => line.Contains("could not be fetched", StringComparison.Ordinal)));
        _time.Advance(TimeSpan.FromHours(2));
        var result = await _resolver.Resolve(Token(3), default);
        Assert.Equal(RefusalKind.Unavailable, result.Refusal!.Kind);
        Assert.InRange(result.Refusal.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));

        _provider.Instead = null;
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Null(await Reason(Token(4)));
    }

    public static TheoryData<string, string> BadProviders() => new()
    {
        { "fails", "500" },
        { "redirects", "302" },
        { "is not found", "404" },
        { "answers without end", "longer" },
        { "answers garbage", "" },
        { "is another issuer", "another issuer" },
        { "has no keys", "no key" },
        { "has a weak key", "no key" },
        { "has a symmetric key", "no key" },
        { "names keys elsewhere", "may not be asked" },
        { "names keys in a file", "may not be asked" },
    };

    [Theory, MemberData(nameof(BadProviders))]
    public async Task Resolve_ABadProvider_IsUnavailableAndSaid(string what, string said)
    {
        using var weak = System.Security.Cryptography.RSA.Create(1024);
        switch (what)
        {
            case "fails": _provider.Instead = Fail; break;
            case "redirects":
                _provider.Instead = context =>
                {
                    context.Response.Redirect("/keys");
                    return Task.CompletedTask;
                };
                break;
            case "is not found":
                _provider.Instead = context =>
                {
                    context.Response.StatusCode = 404;
                    return Task.CompletedTask;
                };
                break;
            case "answers without end": _provider.KeySet = new string(' ', 3 << 20) + _issuer.KeySet; break;
            case "answers garbage": _provider.Instead = context => context.Response.WriteAsync("<html>secret-of-the-provider</html>"); break;
            case "is another issuer": _provider.Issuer = "https://evil.example"; break;
            case "has no keys": _provider.KeySet = """{"keys":[]}"""; break;
            case "has a weak key": _provider.KeySet = $$"""{"keys":[{{TestIssuer.Jwk(weak, "rsa")}}]}"""; break;
            case "has a symmetric key": _provider.KeySet = """{"keys":[{"kty":"oct","k":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","kid":"rsa"}]}"""; break;
            case "names keys elsewhere": _provider.KeysAddress = "gopher://127.0.0.1/keys"; break;
            case "names keys in a file": _provider.KeysAddress = "file:///etc/passwd"; break;
            default: throw new ArgumentOutOfRangeException(nameof(what));
        }

        var result = await _resolver.Resolve(Token(1), default);

        Assert.Equal(RefusalKind.Unavailable, result.Refusal?.Kind);
        var line = Assert.Single(_log.Lines, one => one.Contains("could not be fetched", StringComparison.Ordinal));
        Assert.Contains(said, line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-of-the-provider", line, StringComparison.Ordinal);
        // And nobody asks again at once.
        await _resolver.Resolve(Token(2), default);
        Assert.Equal(1, _provider.Discoveries);
    }

    [Fact]
    public async Task Resolve_TheProviderHangs_TheFetchEnds()
    {
        _provider.Instead = context => Task.Delay(TimeSpan.FromSeconds(20), context.RequestAborted);
        using var resolver = Resolver(jwt => jwt.FetchTimeout = TimeSpan.FromSeconds(1));

        Assert.Equal(RefusalKind.Unavailable, (await resolver.Resolve(Token(1), default).AsTask().WaitAsync(TimeSpan.FromSeconds(15))).Refusal!.Kind);
    }

    [Fact]
    public async Task Resolve_TheCallerGoesAway_ItsAnswerDoesNotWait()
    {
        var held = new TaskCompletionSource();
        _provider.Instead = _ => held.Task;
        using var gone = new CancellationTokenSource();
        var waiting = _resolver.Resolve(Token(1), gone.Token).AsTask();
        await Until(() => _provider.Discoveries == 1);

        await gone.CancelAsync();

        Assert.False((await waiting.WaitAsync(TimeSpan.FromSeconds(15))).IsKnown);
        held.SetResult();
    }

    [Fact]
    public async Task Resolve_AfterwardsFromCache_AllocatesNothing()
    {
        var credentials = Token(1);
        Assert.Null(await Reason(credentials));

        Assert.Equal(0, AllocatedBytes.Of(() => Assert.True(AtOnce.Of(_resolver.Resolve(credentials, default)).IsKnown)));
    }

    [Theory]
    [InlineData("http://provider.example/x", false, false)]
    [InlineData("http://provider.example/x", true, true)]
    [InlineData("https://provider.example/x", false, true)]
    [InlineData("http://127.0.0.1/x", false, true)]
    [InlineData("http://[::1]:8080/x", false, true)]
    [InlineData("http://localhost/x", false, true)]
    [InlineData("http://localhost.evil.example/x", false, false)]
    [InlineData("http://127.0.0.1.evil.example/x", false, false)]
    [InlineData("https://user:password@provider.example/x", false, false)]
    [InlineData("file:///etc/passwd", true, false)]
    [InlineData("x", true, false)]
    public void Create_AnAddressOfTheProvider_IsHttpsUnlessItIsHere(string address, bool allowHttp, bool isAllowed)
    {
        var options = new IdentityOptions { Jwt = new() { Issuer = TestIssuer.Name, Audiences = { "a" }, DiscoveryAddress = address, AllowHttpDiscovery = allowHttp } };

        if (isAllowed) CallerResolver.Create(options, new()).Dispose();
        else Assert.StartsWith("Identity:Jwt:DiscoveryAddress:", Assert.Single(Assert.Throws<GuardOptionsException>(() => CallerResolver.Create(options, new())).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_OtherSettingsAroundTheSameProvider_KeepsItsKeys()
    {
        Assert.Null(await Reason(Token(1)));
        _provider.Instead = Fail;
        var before = _resolver;
        _resolver = Resolver(jwt => jwt.RoleClaims.Add("groups"), before);
        before.Dispose();

        Assert.Null(await Reason(Token(2)));
        Assert.Equal(1, _provider.Discoveries);
        // And they can be fetched anew by who has them now.
        _provider.Instead = null;
        _provider.KeySet = $$"""{"keys":[{{TestIssuer.Jwk(_issuer.Stranger, "next")}}]}""";
        _time.Advance(TimeSpan.FromSeconds(31));
        Assert.Null(await Reason(Next(1)));
    }

    [Fact]
    public async Task Create_AnotherProvider_FetchesItsKeys()
    {
        Assert.Null(await Reason(Token(1)));
        var before = _resolver;
        _resolver = Resolver(jwt => jwt.DiscoveryAddress += "?another", before);
        before.Dispose();

        Assert.Null(await Reason(Token(2)));
        Assert.Equal(2, _provider.Discoveries);
    }

    static Task Fail(HttpContext context)
    {
        context.Response.StatusCode = 500;
        return context.Response.WriteAsync("secret-of-the-provider");
    }

    CallerResolver Resolver(Action<JwtOptions>? change = null, CallerResolver? before = null)
    {
        var jwt = new JwtOptions { Issuer = TestIssuer.Name, Audiences = { TestIssuer.Audience }, DiscoveryAddress = _provider.DiscoveryAddress };
        change?.Invoke(jwt);
        return CallerResolver.Create(new() { Jwt = jwt }, new(), _time, _log, before);
    }

    // Each another one, so that none is known from before.
    Credentials Token(int number) => TestIssuer.Bearer(_issuer.Token(_issuer.Claims(("jti", $"{number}"), ("exp", _issuer.Seconds(TimeSpan.FromDays(3))))));

    Credentials Unknown(int number) => TestIssuer.Bearer(_issuer.Token("RS256", $"unknown-{number}"));

    Credentials Next(int number) => TestIssuer.Bearer(TestIssuer.Sign("""{"alg":"RS256","kid":"next"}""", _issuer.Claims(("jti", $"{number}")).ToJsonString(), text =>
        _issuer.Stranger.SignData(text, System.Security.Cryptography.HashAlgorithmName.SHA256, System.Security.Cryptography.RSASignaturePadding.Pkcs1)));

    async Task<string?> Reason(Credentials credentials) => (await _resolver.Resolve(credentials, default)).PrivateReason;

    static async Task Until(Func<bool> condition)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        while (!condition())
            await Task.Delay(5, bound.Token);
    }

    public async ValueTask DisposeAsync()
    {
        _resolver.Dispose();
        await _provider.DisposeAsync();
    }
}
