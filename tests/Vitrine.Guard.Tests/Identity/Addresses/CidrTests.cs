using System.Net;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Identity.Addresses;

namespace Vitrine.Guard.Tests.Identity.Addresses;

public sealed class CidrTests
{
    [Theory]
    [InlineData("10.0.0.0/8", "10.255.0.1", true)]
    [InlineData("10.0.0.0/8", "11.0.0.1", false)]
    [InlineData("10.0.0.0/8", "::ffff:10.1.2.3", true)]
    [InlineData("::ffff:10.0.0.0/104", "10.1.2.3", true)]
    [InlineData("::ffff:10.0.0.0/104", "11.1.2.3", false)]
    [InlineData("192.0.2.7", "192.0.2.7", true)]
    [InlineData("192.0.2.7", "192.0.2.8", false)]
    [InlineData("0.0.0.0/0", "203.0.113.9", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("::/0", "2001:db8::1", true)]
    [InlineData("::/0", "203.0.113.9", false)]
    [InlineData("::/0", "::ffff:203.0.113.9", false)]
    [InlineData("2001:db8::/32", "2001:db8:ffff::1", true)]
    [InlineData("2001:db8::/32", "2001:db9::1", false)]
    [InlineData("2001:db8::/33", "2001:db8:8000::1", false)]
    [InlineData("::1", "::1", true)]
    // Neither an IPv4-compatible nor a translated address is the IPv4 address in it.
    [InlineData("10.0.0.0/8", "::10.1.2.3", false)]
    [InlineData("10.0.0.0/8", "64:ff9b::10.1.2.3", false)]
    public void Contains_AnAddress_GoesByFamilyAndPrefix(string network, string address, bool isIn)
    {
        Assert.Null(Cidr.TryParse(network, out var cidr));

        Assert.Equal(isIn, cidr.Contains(NetworkAddress.From(IPAddress.Parse(address))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.0.0.0/")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0.0/08")]
    [InlineData("10.0.0.0/-1")]
    [InlineData("10.0.0.1/8")]
    [InlineData("2001:db8::/129")]
    [InlineData("2001:db8::1/64")]
    [InlineData("::ffff:0.0.0.0/95")]
    [InlineData("10.0.0/24")]
    [InlineData("010.0.0.0/8")]
    [InlineData("0x0a.0.0.0/8")]
    [InlineData("[::1]/128")]
    [InlineData("fe80::1%eth0")]
    [InlineData("example.org")]
    [InlineData(" 10.0.0.0/8")]
    public void TryParse_AnythingElse_SaysWhatIsWrong(string text) => Assert.NotNull(Cidr.TryParse(text, out _));

    // Bits are counted in the other way round, by the platform's own type.
    [Fact]
    public void Contains_RandomAddresses_AgreesWithThePlatform()
    {
        var random = new Random(4711);
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(2) == 0 ? 4 : 16];
            random.NextBytes(bytes);
            var length = random.Next(bytes.Length * 8 + 1);
            var other = (byte[])bytes.Clone();
            other[random.Next(other.Length)] ^= (byte)(1 << random.Next(8));
            for (var bit = length; bit < bytes.Length * 8; bit++)
                bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
            if (new IPAddress(bytes).IsIPv4MappedToIPv6) continue;
            var network = new IPNetwork(new IPAddress(bytes), length);

            Assert.Null(Cidr.TryParse(network.ToString(), out var cidr));
            Assert.Equal(network.Contains(new IPAddress(other)), cidr.Contains(NetworkAddress.From(new IPAddress(other))));
        }
    }
}
