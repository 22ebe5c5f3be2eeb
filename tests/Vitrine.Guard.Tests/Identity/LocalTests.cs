using System.Net;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Policy;
using Vitrine.TestTargets;

namespace Vitrine.Guard.Tests.Identity;

public sealed class LocalTests
{
    static readonly CallerResolver s_resolver = CallerResolver.Create(new() { Local = { AllowedHosts = { "vitrine.internal" } } }, new());

    public static TheoryData<string, bool> Callers() => new()
    {
        { "127.0.0.1", true },
        { "::1", true },
        { "::ffff:127.0.0.1", true },
        { "127.8.9.10", true },
        { "192.0.2.1", false },
        { "::ffff:192.0.2.1", false },
        { "0.0.0.0", false },
        { "::", false },
    };

    [Theory, MemberData(nameof(Callers))]
    public async Task Resolve_NothingConfigured_LetsInLoopbackOnly(string address, bool isIn)
    {
        var result = await s_resolver.Resolve(new() { Address = IPAddress.Parse(address), Host = "localhost" }, default);

        Assert.Equal(isIn, result.IsKnown);
        if (!result.IsKnown) Assert.Equal(RefusalKind.Forbidden, result.Refusal.Kind);
    }

    [Fact]
    public async Task Resolve_ALocalCaller_IsOwnerWithoutRawLooks()
    {
        var caller = (await s_resolver.Resolve(new() { Address = IPAddress.Loopback }, default)).Caller!;

        Assert.Equal(("local", CallerKind.Local), (caller.Name, caller.Kind));
        Assert.True(caller.Permissions.Allows(Permission.Of("pprof", "read", "cmdline"), "self"));
        Assert.True(caller.Permissions.Allows(Permission.Of("switch", "write", "all"), "self"));
        Assert.False(caller.Permissions.Allows(Permission.Of("pprof", "raw", "heap"), "self"));
    }

    public static TheoryData<string, Credentials> NotDirect() => new()
    {
        { "X-Forwarded-For", new() { ForwardedFor = ["127.0.0.1"] } },
        { "an empty X-Forwarded-For", new() { ForwardedFor = [""] } },
        { "Forwarded", new() { Forwarded = ["for=127.0.0.1"] } },
        { "another header", new() { OtherForwardingHeader = "Via" } },
        { "another site", new() { IsFromAnotherSite = true } },
        { "a name of another site", new() { Host = "evil.example" } },
        { "a name that only begins well", new() { Host = "localhost.evil.example" } },
        { "an address of elsewhere", new() { Host = "192.0.2.1" } },
        { "an address in another form", new() { Host = "2130706433" } },
        { "everywhere", new() { Host = "0.0.0.0" } },
        { "this machine by IPv4 in IPv6", new() { Host = "[::ffff:127.0.0.1]" } },
        { "the same in other digits", new() { Host = "::ffff:7f00:1" } },
    };

    [Theory, MemberData(nameof(NotDirect))]
    public async Task Resolve_NotADirectCaller_IsRefused(string what, Credentials credentials)
    {
        var result = await s_resolver.Resolve(credentials with { Address = IPAddress.Loopback }, default);

        Assert.False(result.IsKnown, what);
        Assert.Equal(RefusalKind.Forbidden, result.Refusal.Kind);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData("LOCALHOST")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("::1")]
    [InlineData("Vitrine.Internal")]
    public async Task Resolve_AHostOfThisMachine_IsLetIn(string? host) =>
        Assert.True((await s_resolver.Resolve(new() { Address = IPAddress.Loopback, Host = host }, default)).IsKnown);

    // Also when the proxy on this machine is listed: no address that a header names makes anybody local.
    [Fact]
    public async Task Resolve_BehindAListedProxyOfThisMachine_IsRefused()
    {
        using var resolver = CallerResolver.Create(new() { Addresses = { TrustedProxies = { "127.0.0.1" } } }, new());

        var result = await resolver.Resolve(new() { Address = IPAddress.Loopback, ForwardedFor = ["127.0.0.1"] }, default);

        Assert.False(result.IsKnown);
    }

    [Fact]
    public async Task Resolve_UnixUsersConfigured_EndsTheLocalWay()
    {
        using var resolver = CallerResolver.Create(new() { UnixPeers = { Users = { new() { Name = "1000", Roles = { "perf" } } } } }, new());

        Assert.Equal(RefusalKind.Unauthenticated, (await resolver.Resolve(new() { Address = IPAddress.Loopback }, default)).Refusal!.Kind);
    }

    [Fact]
    public void Resolve_ALocalCaller_AllocatesNothing()
    {
        var credentials = new Credentials { Address = IPAddress.Loopback, Host = "127.0.0.1:8080"[..9] };

        Assert.Equal(0, AllocatedBytes.Of(() => Assert.True(AtOnce.Of(s_resolver.Resolve(credentials, default)).IsKnown)));
    }
}
