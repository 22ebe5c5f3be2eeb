using Vitrine.Guard.Identity;
using Vitrine.Guard.Tests.Fakes;

namespace Vitrine.Guard.Tests.Attacks;

public sealed class TokenAttackTests : IDisposable
{
    readonly ManualTime _time = new();
    readonly TestFolder _folder = new();
    readonly TestIssuer _issuer;
    readonly CallerResolver _resolver;

    public TokenAttackTests()
    {
        _issuer = new(_time);
        _resolver = CallerResolver.Create(_issuer.Options(_folder), new(), _time);
    }

    [Fact]
    public async Task Resolve_AnyAttack_IsRefusedWithTheSameWords()
    {
        List<string> wrong = [];
        var words = (await _resolver.Resolve(new() { Address = System.Net.IPAddress.Loopback }, default)).Refusal;
        foreach (var attack in TokenAttacks.All)
        {
            var credentials = attack.Make(_issuer);
            var result = await _resolver.Resolve(credentials, default);
            if (result.IsKnown) wrong.Add($"{attack}: let in as {result.Caller.Name}");
            else if (result.Refusal != words) wrong.Add($"{attack}: {result.Refusal}");
            else if (result.PrivateReason.StartsWith("the check ended with", StringComparison.Ordinal)) wrong.Add($"{attack}: {result.PrivateReason}");
            else if (Leaks(result.PrivateReason, credentials)) wrong.Add($"{attack}: the reason has a part of the token: {result.PrivateReason}");
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    // What the attacks change is what they are refused for.
    [Fact]
    public async Task Resolve_TheTokenThatTheAttacksChange_Holds()
    {
        Assert.True((await _resolver.Resolve(TestIssuer.Bearer(_issuer.Token()), default)).IsKnown);
        Assert.True((await _resolver.Resolve(TestIssuer.Bearer(_issuer.Token("PS256", "rsa")), default)).IsKnown);
        Assert.True((await _resolver.Resolve(TestIssuer.Bearer(_issuer.Token("ES256", "curve")), default)).IsKnown);
        Assert.True((await _resolver.Resolve(TestIssuer.Bearer(_issuer.Token("RS256", null)), default)).IsKnown);
    }

    [Fact]
    public void Names_OfAllAttacks_AreDifferent() => Assert.Equal(TokenAttacks.All.Length, TokenAttacks.All.Select(attack => attack.Name).Distinct().Count());

    // Any ten characters in a row.
    static bool Leaks(string reason, Credentials credentials) =>
        credentials.Authorization.Where(value => value.Length < 20_000).Any(value => Enumerable.Range(7, Math.Max(0, value.Length - 17)).Any(at => reason.Contains(value.Substring(at, 10), StringComparison.Ordinal)));

    public void Dispose()
    {
        _resolver.Dispose();
        _folder.Dispose();
    }
}
