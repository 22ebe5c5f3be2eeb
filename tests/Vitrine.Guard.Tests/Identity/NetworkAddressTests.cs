using System.Net;
using Vitrine.Guard.Identity;

namespace Vitrine.Guard.Tests.Identity;

public sealed class NetworkAddressTests
{
    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.255.255.254", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("::ffff:128.0.0.1", false)]
    [InlineData("126.0.0.1", false)]
    [InlineData("::127.0.0.1", false)]
    [InlineData("::2", false)]
    [InlineData("7f00::1", false)]
    public void IsLoopback_AnAddress_AlsoInItsMappedForm(string text, bool isLoopback) => Assert.Equal(isLoopback, NetworkAddress.From(IPAddress.Parse(text)).IsLoopback);

    [Theory]
    [InlineData("1.2.3.4", "1.2.3.4")]
    [InlineData("::ffff:1.2.3.4", "1.2.3.4")]
    [InlineData("::FFFF:102:304", "1.2.3.4")]
    [InlineData("2001:DB8:0:0::1", "2001:db8::1")]
    public void TryParse_AnAddress_IsTheSameInEachOfItsForms(string text, string canonical)
    {
        Assert.True(NetworkAddress.TryParse(text, out var address));
        Assert.Equal(canonical, address.ToString());
        Assert.Equal(address, NetworkAddress.From(address.ToIPAddress().MapToIPv6()));
    }

    [Theory]
    [InlineData("1")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4.5")]
    [InlineData("01.2.3.4")]
    [InlineData("0x1.2.3.4")]
    [InlineData("1.2.3.256")]
    [InlineData("1.2.3.4 ")]
    [InlineData("1.2.3.٤")]
    [InlineData("1.2.3.+4")]
    [InlineData("::1%1")]
    [InlineData("[::1]")]
    [InlineData("::1/128")]
    [InlineData("::ffff:01.2.3.4")]
    [InlineData(":::")]
    [InlineData("::1::")]
    [InlineData("g::1")]
    [InlineData("::ffff:1.2.3.4:5")]
    [InlineData("")]
    public void TryParse_AnythingElse_Refuses(string text) => Assert.False(NetworkAddress.TryParse(text, out _));
}
