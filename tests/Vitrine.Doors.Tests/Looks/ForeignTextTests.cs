using System.Text;
using Vitrine.AspNetCore.Tests;
using Vitrine.Doors.Looks;
using Vitrine.Doors.Tests.Support;
using Vitrine.Guard;
using Vitrine.Guard.Identity;
using Vitrine.Instruments;
using Vitrine.Pprof;

namespace Vitrine.Doors.Tests.Looks;

/// <summary>What instruments and services say of why they cannot look is redacted as what they see is.</summary>
public sealed class ForeignTextTests
{
    const string Secret = "alice.secret@example.com";

    sealed class Unable(string name) : TestInstrument(name), IProfileInstrument
    {
        public Look<Profile> Collect(ITarget target, CancellationToken cancellation) => throw new InstrumentUnavailableException($"/home/alice/{Secret} cannot be opened.", $"Ask {Secret}.");
    }

    sealed class Failing(string name) : TestInstrument(name), IProfileInstrument
    {
        public Look<Profile> Collect(ITarget target, CancellationToken cancellation) => throw new ServiceFailedException($"The service says: no such user {Secret}.");
    }

    static LookDesk Desk(string gone = "")
    {
        var missing = new Unable("missing") { Available = Availability.No($"it is {Secret}'s") };
        var maybe = new Unable("maybe") { Available = new(null, $"perhaps {Secret}'s") };
        return new(new LookGuard(new() { Switches = { Environment = "" }, Policy = { Roles = { ["owner"] = ["pprof:read:*", "pprof:raw:*"] } } }), [new TestShown(new Unable("unable"), new Failing("failing"), missing, maybe) { Gone = gone }]);
    }

    static Task<LookAnswer> Ask(LookDesk desk, string name, bool isRaw = false) => desk.Take(new("test", "", name, new(IsRaw: isRaw), new Credentials { Address = System.Net.IPAddress.Loopback }), default);

    [Theory]
    [InlineData("unable", ""), InlineData("failing", ""), InlineData("missing", ""), InlineData("unable", $"The process of {Secret} is gone.")]
    public async Task Take_ThatFails_HasNoSecretInItsMessage_ExceptRaw(string name, string gone)
    {
        using var answer = await Ask(Desk(gone), name);
        using var raw = await Ask(Desk(gone), name, isRaw: true);

        Assert.NotEqual(LookStatus.Ok, answer.Status);
        Assert.NotEmpty(answer.Message);
        Assert.DoesNotContain("alice", answer.Message, StringComparison.Ordinal);
        Assert.Equal(answer.Status, raw.Status);
        Assert.Contains(Secret, raw.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""), InlineData($"The process of {Secret} is gone.")]
    public async Task Index_Reasons_HaveNoSecret(string gone)
    {
        using var answer = await Ask(Desk(gone), PageName.Index);

        Assert.Equal(LookStatus.Ok, answer.Status);
        Assert.Contains("not here", Encoding.UTF8.GetString(answer.Bytes.Span), StringComparison.Ordinal);
        Assert.DoesNotContain("alice", Encoding.UTF8.GetString(answer.Bytes.Span), StringComparison.Ordinal);
    }
}
