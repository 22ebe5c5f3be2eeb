using System.Net;
using System.Security.Cryptography.X509Certificates;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Tests.Fakes;

namespace Vitrine.Guard.Tests.Identity.Certificates;

/// <summary>Whether a certificate was revoked, asked of an authority that the test makes, over HTTP on this machine.</summary>
public sealed class RevocationTests : IDisposable
{
    readonly ManualTime _time = new();
    readonly TestFolder _folder = new();
    readonly RevokingAuthority _authority;

    public RevocationTests() => _authority = new(_time);

    [Fact]
    public async Task Resolve_ACertificateThatWasNotRevoked_IsKnown()
    {
        using var certificate = _authority.Client("CN=alice");

        var result = await Resolve(certificate);

        Assert.True(result.IsKnown, result.PrivateReason);
        Assert.Equal(1, _authority.Asked);
    }

    [Fact]
    public async Task Resolve_ACertificateThatWasRevoked_IsRefused()
    {
        using X509Certificate2 revoked = _authority.Client("CN=alice"), other = _authority.Client("CN=alice");
        _authority.Revoke(revoked);

        Assert.Contains("Revoked", (await Resolve(revoked)).PrivateReason, StringComparison.Ordinal);
        Assert.True((await Resolve(other)).IsKnown);
    }

    [Fact]
    public async Task Resolve_WithoutTheCheck_AsksNobody()
    {
        using var revoked = _authority.Client("CN=alice");
        _authority.Revoke(revoked);
        using var resolver = Resolver(_authority.Pem, checks: false);

        Assert.True((await Resolve(revoked, resolver)).IsKnown);
        Assert.Equal(0, _authority.Asked);
    }

    [Theory]
    [InlineData(RevocationAnswers.WithAnError), InlineData(RevocationAnswers.WithAListOfSomebodyElse), InlineData(RevocationAnswers.WithAListThatIsTooOld), InlineData(RevocationAnswers.WithBytesThatAreNone), InlineData(RevocationAnswers.Never)]
    public async Task Resolve_WhereItCannotBeLearnt_IsRefused(RevocationAnswers how)
    {
        _authority.How = how;
        using var certificate = _authority.Client("CN=alice");

        var result = await Task.Run(() => Resolve(certificate)).WaitAsync(TimeSpan.FromSeconds(60));

        Assert.False(result.IsKnown);
        Assert.DoesNotContain("check ended", result.PrivateReason, StringComparison.Ordinal);
        Assert.NotEqual(0, _authority.Asked);
    }

    [Fact]
    public async Task Resolve_WhereNobodyAnswers_IsRefused()
    {
        using var certificate = _authority.Client("CN=alice");
        _authority.Close();

        Assert.Contains("RevocationStatusUnknown", (await Resolve(certificate)).PrivateReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_ACertificateThatDoesNotSayWhereToAsk_IsRefused()
    {
        using var certificate = _authority.Client("CN=alice", saysWhere: false);

        Assert.Contains("RevocationStatusUnknown", (await Resolve(certificate)).PrivateReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resolve_AnIntermediateThatWasRevoked_IsRefused()
    {
        using RevokingAuthority good = new(_time, _authority), bad = new(_time, _authority);
        _authority.Revoke(bad);
        using var resolver = Resolver(string.Join('\n', _authority.Pem, good.Pem, bad.Pem));
        using X509Certificate2 ofGood = good.Client("CN=alice"), ofBad = bad.Client("CN=alice");

        var known = await Resolve(ofGood, resolver);
        Assert.True(known.IsKnown, known.PrivateReason);
        Assert.Contains("Revoked", (await Resolve(ofBad, resolver)).PrivateReason, StringComparison.Ordinal);
    }

    // A list is good until the time that it names; the runtime does not ask again before.
    [Fact]
    public async Task Resolve_RevokedLater_IsRefusedWhenTheListOfBeforeHasEnded()
    {
        using var certificate = _authority.Client("CN=alice");
        using var resolver = Resolver(_authority.Pem);
        Assert.True((await Resolve(certificate, resolver)).IsKnown);
        _authority.Revoke(certificate);

        _time.Advance(TimeSpan.FromHours(2));

        Assert.Contains("Revoked", (await Resolve(certificate, resolver)).PrivateReason, StringComparison.Ordinal);
    }

    // Anybody can make a certificate that names an address: what is not ours must not make this program ask there.
    [Fact]
    public async Task Resolve_ACertificateOfAStranger_CausesNoRequestToTheAddressThatItNames()
    {
        using RevokingAuthority stranger = new(_time), namesake = new(_time, name: _authority.Name);
        using X509Certificate2 foreign = stranger.Client("CN=alice"), forged = namesake.Client("CN=alice");

        Assert.False((await Resolve(foreign)).IsKnown);
        Assert.False((await Resolve(forged)).IsKnown);
        Assert.Equal((0, 0), (stranger.Asked, namesake.Asked));
    }

    // Many from one address that wait for the authority together are not so many failures.
    [Fact]
    public async Task Resolve_WhoWaitsForTheAuthority_IsNotChargedMeanwhile()
    {
        using var certificate = _authority.Client("CN=alice");
        using var resolver = Resolver(_authority.Pem);
        var allowance = new ListAllowance(() => _authority.Asked);

        Assert.True((await Resolve(certificate, resolver, allowance)).IsKnown);

        Assert.Equal(["taken at 0", "given back at 0"], allowance.Changes);
        Assert.Equal(1, _authority.Asked);
    }

    [Fact]
    public async Task Resolve_WhereItCannotBeLearnt_TakesNothingFromTheAddress()
    {
        using X509Certificate2 unknown = _authority.Client("CN=alice", saysWhere: false), offline = _authority.Client("CN=alice");
        using var resolver = Resolver(_authority.Pem);
        _authority.Close();

        foreach (var certificate in new[] { unknown, offline })
        {
            var allowance = new ListAllowance(() => 0);
            Assert.False((await Resolve(certificate, resolver, allowance)).IsKnown);
            Assert.Equal(["taken at 0", "given back at 0"], allowance.Changes);
        }
    }

    [Fact]
    public async Task Resolve_WhoIsRevokedOrAStranger_Pays()
    {
        using var stranger = new RevokingAuthority(_time);
        using X509Certificate2 revoked = _authority.Client("CN=alice"), foreign = stranger.Client("CN=alice");
        _authority.Revoke(revoked);
        using var resolver = Resolver(_authority.Pem);
        ListAllowance ofRevoked = new(() => _authority.Asked), ofForeign = new(() => _authority.Asked);

        Assert.Contains("Revoked", (await Resolve(revoked, resolver, ofRevoked)).PrivateReason, StringComparison.Ordinal);
        Assert.False((await Resolve(foreign, resolver, ofForeign)).IsKnown);

        Assert.Equal(["taken at 0", "given back at 0", "taken at 1"], ofRevoked.Changes);
        Assert.Equal(["taken at 1"], ofForeign.Changes);
    }

    async Task<CallerResult> Resolve(X509Certificate2 certificate)
    {
        using var resolver = Resolver(_authority.Pem);
        return await Resolve(certificate, resolver);
    }

    static async Task<CallerResult> Resolve(X509Certificate2 certificate, CallerResolver resolver, ICheckAllowance? allowance = null) =>
        await resolver.Resolve(new() { Address = IPAddress.Parse("192.0.2.1"), Certificate = certificate }, allowance, default);

    CallerResolver Resolver(string authorities, bool checks = true) => CallerResolver.Create(
        new() { Certificates = new() { AuthorityFiles = { _folder.Write("ca.pem", authorities) }, CheckRevocation = checks, Callers = { new() { Subject = "CN=alice", Roles = { "sre" } } } } }, new(), _time);

    public void Dispose()
    {
        _authority.Dispose();
        _folder.Dispose();
    }

    /// <summary>Writes down what is taken and given back, and when.</summary>
    sealed class ListAllowance(Func<int> asked) : ICheckAllowance
    {
        public List<string> Changes { get; } = [];

        public bool IsSpent(NetworkAddress? address, out TimeSpan retryAfter)
        {
            retryAfter = default;
            return false;
        }

        public bool TryTake(NetworkAddress? address, out TimeSpan retryAfter)
        {
            retryAfter = default;
            Changes.Add($"taken at {asked()}");
            return true;
        }

        public void GiveBack(NetworkAddress? address) => Changes.Add($"given back at {asked()}");
    }
}
