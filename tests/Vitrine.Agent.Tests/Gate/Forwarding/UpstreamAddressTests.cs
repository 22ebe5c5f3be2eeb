using Vitrine.Agent.Gate.Forwarding;

namespace Vitrine.Agent.Tests.Gate.Forwarding;

public sealed class UpstreamAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:6060", "http://127.0.0.1:6060/", "127.0.0.1:6060")]
    [InlineData("http://localhost:6060/internal", "http://localhost:6060/internal/", "localhost:6060")]
    [InlineData("http://[::1]:6060/", "http://[::1]:6060/", "[::1]:6060")]
    [InlineData("http://127.0.0.1:6060/debug/pprof/", "http://127.0.0.1:6060/", "127.0.0.1:6060")]
    [InlineData("http://127.0.0.1:6060/x/debug/pprof", "http://127.0.0.1:6060/x/", "127.0.0.1:6060")]
    [InlineData("unix:/run/service.sock", "http://localhost/", "/run/service.sock")]
    public void Parse_OfThisMachine_HasBaseAndListener(string text, string baseAddress, string listener)
    {
        var address = UpstreamAddress.Parse(text);

        Assert.Equal(baseAddress, address.Base.ToString());
        Assert.Equal(listener, address.ListenerHere);
        Assert.True(address.IsThisMachine);
    }

    [Theory]
    [InlineData("http://10.0.0.1:6060")]
    [InlineData("http://example.com")]
    [InlineData("http://localhost.example.com:6060")]
    [InlineData("http://0.0.0.0:6060")]
    [InlineData("http://[::ffff:10.0.0.1]:6060")]
    [InlineData("http://user:secret@127.0.0.1:6060")]
    [InlineData("http://127.0.0.1:6060/?x=1")]
    [InlineData("http://127.0.0.1:6060/#x")]
    [InlineData("ftp://127.0.0.1/")]
    [InlineData("127.0.0.1:6060")]
    [InlineData("")]
    [InlineData("unix:service.sock")]
    [InlineData("unix:")]
    public void Parse_OfAnythingElse_IsRefusedWithASentence(string text)
    {
        var refused = Assert.Throws<FormatException>(() => UpstreamAddress.Parse(text));

        Assert.EndsWith(".", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_OfAnotherMachineWhenAllowed_HasNoListenerHere()
    {
        var address = UpstreamAddress.Parse("http://10.0.0.1:6060", allowsOtherMachines: true);

        Assert.False(address.IsThisMachine);
        Assert.Null(address.ListenerHere);
    }
}
