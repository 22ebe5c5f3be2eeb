using Vitrine.Guard.Identity;
using Vitrine.Guard.Identity.Peers;
using Vitrine.Guard.Policy;

namespace Vitrine.Guard.Tests.Identity.Peers;

public sealed class PeerTests
{
    [Theory]
    [InlineData(0u, 5u, "owner")]
    [InlineData(4242u, 5u, "owner")]
    [InlineData(1000u, 5u, "perf")]
    [InlineData(1000u, 77u, "perf,sre")]
    [InlineData(1001u, 77u, "sre")]
    [InlineData(1001u, 5u, "")]
    [InlineData(1u, 0u, "")]
    public void Resolve_AUser_HasItsOwnRolesAndItsGroups(uint user, uint group, string roles)
    {
        var check = Read(new() { Users = { Named("1000", "perf") }, Groups = { Named("77", "sre") } }, ownUser: 4242);

        var caller = check.Resolve(new(1, user, group));

        Assert.Equal(roles, string.Join(',', caller.Roles.Order(StringComparer.Ordinal)));
        Assert.Equal(($"uid:{user}", CallerKind.UnixPeer), (caller.Name, caller.Kind));
        Assert.Same(caller, check.Resolve(new(2, user, group)));
    }

    [Fact]
    public void Resolve_WithoutOwner_KnowsNobodyByItself() =>
        Assert.Empty(Read(new() { Owner = false }, ownUser: 4242).Resolve(new(1, 0, 0)).Roles);

    // The kernel shows this number for users whom it cannot name here.
    [Fact]
    public void Resolve_ServiceRunsAsNobody_NobodyIsNotItsOwner()
    {
        Assert.Empty(Read(new(), ownUser: 65534).Resolve(new(1, 65534, 65534)).Roles);
        Assert.Equal(["sre"], Read(new() { Users = { Named("65534", "sre") } }, ownUser: 65534).Resolve(new(1, 65534, 65534)).Roles);
    }

    [Fact]
    public void Read_ANameOfThisMachine_IsItsNumber() =>
        Assert.Equal(["perf"], Read(new() { Owner = false, Users = { Named("root", "perf") } }, ownUser: null).Resolve(new(1, 0, 9)).Roles);

    [Theory]
    [InlineData("nobody-of-this-name")]
    [InlineData("")]
    [InlineData("-1")]
    [InlineData("4294967295")]
    [InlineData("4294967296")]
    public void Read_AnUnknownName_NamesTheKey(string name)
    {
        List<string> problems = [];

        PeerCheck.Read(new() { Users = { Named(name, "perf") } }, PolicyTable.Create(new()), null, problems);

        Assert.StartsWith("Identity:UnixPeers:Users:0:Name:", Assert.Single(problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_OverAUnixSocket_ComesBeforeTheLocalWay()
    {
        using var resolver = CallerResolver.Create(new(), new());
        var own = PeerCheck.OwnUser()!.Value;

        var result = await resolver.Resolve(new() { Peer = new(1, own, 1) }, default);

        Assert.Equal(["owner"], result.Caller!.Roles);
        Assert.Empty((await resolver.Resolve(new() { Peer = new(1, own + 1, 1) }, default)).Caller!.Roles);
    }

    // A proxy at the socket, perhaps as the same user as the service, brings callers from anywhere.
    [Fact]
    public async Task Resolve_AProxyAtTheSocket_IsNotWhoAsks()
    {
        using var resolver = CallerResolver.Create(new(), new());
        var direct = new Credentials { Peer = new(1, 0, 0) };

        Assert.True((await resolver.Resolve(direct, default)).IsKnown);
        Assert.False((await resolver.Resolve(direct with { ForwardedFor = ["127.0.0.1"] }, default)).IsKnown);
        Assert.False((await resolver.Resolve(direct with { Forwarded = ["for=127.0.0.1"] }, default)).IsKnown);
        Assert.False((await resolver.Resolve(direct with { OtherForwardingHeader = "Via" }, default)).IsKnown);
        Assert.False((await resolver.Resolve(direct with { IsFromAnotherSite = true }, default)).IsKnown);
    }

    static PeerCheck Read(UnixPeerOptions options, uint? ownUser)
    {
        List<string> problems = [];
        var check = PeerCheck.Read(options, PolicyTable.Create(new()), ownUser, problems);
        Assert.Empty(problems);
        return check;
    }

    static UnixNameOptions Named(string name, params string[] roles)
    {
        var options = new UnixNameOptions { Name = name };
        foreach (var role in roles) options.Roles.Add(role);
        return options;
    }
}
