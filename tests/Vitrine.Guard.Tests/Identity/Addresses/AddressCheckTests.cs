using System.Net;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Identity.Addresses;
using Vitrine.TestTargets;

namespace Vitrine.Guard.Tests.Identity.Addresses;

public sealed class AddressCheckTests
{
    // Listed proxies are 10.0.0.0/8 and fd00::/8; looks are allowed from 192.0.2.0/24 and 2001:db8::/32.
    static readonly AddressCheck s_check = Read(["192.0.2.0/24", "2001:db8::/32"], ["10.0.0.0/8", "fd00::/8"]);

    [Theory]
    // Nothing is believed from who is not listed.
    [InlineData("203.0.113.1", "192.0.2.1", null, null)]
    [InlineData("192.0.2.5", "203.0.113.9", null, "192.0.2.5")]
    [InlineData("192.0.2.5", "garbage", "more garbage", "192.0.2.5")]
    // From the right, as far as the first that is not listed.
    [InlineData("10.0.0.1", "192.0.2.1", null, "192.0.2.1")]
    [InlineData("10.0.0.1", "203.0.113.9, 192.0.2.1", null, "192.0.2.1")]
    [InlineData("10.0.0.1", "192.0.2.1, 203.0.113.9", null, null)]
    [InlineData("10.0.0.1", "203.0.113.9, 192.0.2.1, 10.0.0.2,10.0.0.3", null, "192.0.2.1")]
    [InlineData("10.0.0.1", "203.0.113.9|192.0.2.1|10.0.0.2", null, "192.0.2.1")]
    [InlineData("10.0.0.1", "192.0.2.1|203.0.113.9", null, null)]
    [InlineData("::ffff:10.0.0.1", "::ffff:192.0.2.1", null, "192.0.2.1")]
    [InlineData("fd00::1", "[2001:db8::1]:4711", null, "2001:db8::1")]
    [InlineData("fd00::1", "2001:db8::1", null, "2001:db8::1")]
    [InlineData("10.0.0.1", "192.0.2.1:4711", null, "192.0.2.1")]
    [InlineData("10.0.0.1", " \t192.0.2.1\t ", null, "192.0.2.1")]
    // What is left of the address that counts is the caller's own word.
    [InlineData("10.0.0.1", "garbage, \"<>, 192.0.2.1", null, "192.0.2.1")]
    // What cannot be understood where it counts is refused.
    [InlineData("10.0.0.1", "", null, null)]
    [InlineData("10.0.0.1", "192.0.2.1,", null, null)]
    [InlineData("10.0.0.1", "192.0.2.1, ,10.0.0.2", null, null)]
    [InlineData("10.0.0.1", "192.0.2.1, unknown", null, null)]
    [InlineData("10.0.0.1", "192.0.2.1, _hidden", null, null)]
    [InlineData("10.0.0.1", "\"192.0.2.1\"", null, null)]
    [InlineData("10.0.0.1", "192.0.2.1:", null, null)]
    [InlineData("10.0.0.1", "192.0.2.1:65536", null, null)]
    [InlineData("10.0.0.1", "192.0.2.1:x", null, null)]
    [InlineData("10.0.0.1", "[192.0.2.1]", null, null)]
    [InlineData("10.0.0.1", "[2001:db8::1", null, null)]
    [InlineData("10.0.0.1", "[2001:db8::1]4711", null, null)]
    [InlineData("10.0.0.1", "2001:db8::1%eth0", null, null)]
    [InlineData("10.0.0.1", "192.0.2.1 192.0.2.2", null, null)]
    [InlineData("10.0.0.1", "192.0.2.001", null, null)]
    [InlineData("10.0.0.1", "3221225985", null, null)]
    [InlineData("10.0.0.1", "http://192.0.2.1/", null, null)]
    // RFC 7239.
    [InlineData("10.0.0.1", null, "for=192.0.2.1", "192.0.2.1")]
    [InlineData("10.0.0.1", null, "For=192.0.2.1;proto=http;by=10.0.0.1", "192.0.2.1")]
    [InlineData("10.0.0.1", null, "for=203.0.113.9, proto=https ; for=\"192.0.2.1:4711\" , for=10.0.0.2", "192.0.2.1")]
    [InlineData("10.0.0.1", null, "for=\"[2001:db8::1]:4711\"", "2001:db8::1")]
    [InlineData("10.0.0.1", null, "for=\"[2001:db8::1]\";host=\"a,b;c\\\"d\"|for=10.0.0.9", "2001:db8::1")]
    [InlineData("10.0.0.1", null, "for=unknown, for=192.0.2.1", "192.0.2.1")]
    [InlineData("10.0.0.1", null, "for=192.0.2.1, for=unknown", null)]
    [InlineData("10.0.0.1", null, "for=192.0.2.1, for=_hidden", null)]
    [InlineData("10.0.0.1", null, "for=192.0.2.1, proto=http", null)]
    [InlineData("10.0.0.1", null, "for=192.0.2.1;for=192.0.2.1", null)]
    [InlineData("10.0.0.1", null, "for=[2001:db8::1]", null)]
    [InlineData("10.0.0.1", null, "for=\"2001:db8::1\"", null)]
    [InlineData("10.0.0.1", null, "for=192.0.2.1:4711", null)]
    [InlineData("10.0.0.1", null, "for=\"192.0.2.1:_port\"", null)]
    [InlineData("10.0.0.1", null, "for=\"192.0.2.1\\\"\"", null)]
    [InlineData("10.0.0.1", null, "for = 192.0.2.1", null)]
    [InlineData("10.0.0.1", null, "for=", null)]
    [InlineData("10.0.0.1", null, "for", null)]
    [InlineData("10.0.0.1", null, "", null)]
    [InlineData("10.0.0.1", null, "for=192.0.2.1,", null)]
    [InlineData("10.0.0.1", null, "for=192.0.2.1;", null)]
    [InlineData("10.0.0.1", null, "for=\"192.0.2.1", null)]
    [InlineData("10.0.0.1", null, "for=192.0.2.1 x", null)]
    // A quotation mark of the caller swallows nothing that a proxy added.
    [InlineData("10.0.0.1", null, "for=192.0.2.1;x=\", for=203.0.113.9", null)]
    [InlineData("10.0.0.1", null, "for=192.0.2.1;x=\", for=\"[2001:db9::1]\"", null)]
    [InlineData("10.0.0.1", null, "for=192.0.2.1;x=\"|for=203.0.113.9", null)]
    // Both.
    [InlineData("10.0.0.1", "192.0.2.1", "for=192.0.2.1", "192.0.2.1")]
    [InlineData("10.0.0.1", "203.0.113.9, 192.0.2.1", "for=\"192.0.2.1:1\"", "192.0.2.1")]
    [InlineData("10.0.0.1", "192.0.2.1", "for=192.0.2.2", null)]
    [InlineData("10.0.0.1", "192.0.2.1", "garbage", null)]
    [InlineData("10.0.0.1", "garbage", "for=192.0.2.1", null)]
    // All are proxies: the first of them asks for itself, and is not among those that may.
    [InlineData("10.0.0.1", "10.0.0.3, 10.0.0.2", null, null)]
    [InlineData("10.0.0.1", null, null, null)]
    public void Check_WhatProxiesSay_IsBelievedFromListedOnesAndFromTheRight(string connection, string? forwardedFor, string? forwarded, string? client)
    {
        var reason = s_check.Check(From(connection, forwardedFor, forwarded), out var address);

        Assert.Equal(client, reason is null ? address.Client.ToString() : null);
        Assert.Equal(NetworkAddress.From(IPAddress.Parse(connection)), address.Connection);
    }

    [Fact]
    public void Check_HugeHeaders_AreRefused()
    {
        Assert.NotNull(s_check.Check(From("10.0.0.1", new string('1', 5000) + ", 192.0.2.1", null), out _));
        Assert.NotNull(s_check.Check(From("10.0.0.1", string.Join('|', Enumerable.Repeat("10.0.0.1", 33).Prepend("192.0.2.1")), null), out _));
        Assert.NotNull(s_check.Check(From("10.0.0.1", string.Join(',', Enumerable.Repeat("10.0.0.1", 33).Prepend("192.0.2.1")), null), out _));
        Assert.NotNull(s_check.Check(From("10.0.0.1", null, string.Join(',', Enumerable.Repeat("for=10.0.0.1", 33).Prepend("for=192.0.2.1"))), out _));
        Assert.Null(s_check.Check(From("10.0.0.1", string.Join(',', Enumerable.Repeat("10.0.0.1", 30).Prepend("192.0.2.1")), null), out _));
    }

    [Fact]
    public void Check_AListedProxyThatDoesNotSayForWhom_IsRefused()
    {
        var check = Read(["10.0.0.0/8"], ["10.0.0.0/8"]);

        Assert.Null(check.Check(From("10.0.0.1", null, null), out _));
        Assert.NotNull(check.Check(From("10.0.0.1", null, null) with { OtherForwardingHeader = "Via" }, out _));
    }

    [Fact]
    public void Check_AUnixSocket_IsExempt()
    {
        Assert.Null(s_check.Check(new() { Peer = new(1, 1000, 1000) }, out var address));
        Assert.Equal("unix", address.ToString());
        // Unless a proxy is at its other end.
        Assert.NotNull(s_check.Check(new() { Peer = new(1, 1000, 1000), ForwardedFor = ["192.0.2.1"] }, out _));
    }

    [Fact]
    public void Check_NoAddressAtAll_IsRefusedWhereOnlySomeAreAllowed()
    {
        Assert.NotNull(s_check.Check(new(), out _));
        Assert.Null(Read([], []).Check(new(), out _));
    }

    [Fact]
    public void ToString_AForwardedCaller_ShowsBoth()
    {
        s_check.Check(From("10.0.0.1", "192.0.2.1", null), out var address);

        Assert.Equal("192.0.2.1 through 10.0.0.1", address.ToString());
    }

    [Fact]
    public void Check_OverIPv4_AllocatesNothing()
    {
        var direct = From("192.0.2.1", null, null);
        var forwarded = From("10.0.0.1", "203.0.113.1, 192.0.2.1, 10.2.3.4", "for=192.0.2.1;proto=http, for=\"10.2.3.4:1\"");

        Assert.Equal(0, AllocatedBytes.Of(() => Assert.Null(s_check.Check(direct, out _))));
        Assert.Equal(0, AllocatedBytes.Of(() => Assert.Null(s_check.Check(forwarded, out _))));
    }

    static AddressCheck Read(string[] allow, string[] proxies)
    {
        var options = new AddressOptions();
        foreach (var one in allow) options.Allow.Add(one);
        foreach (var one in proxies) options.TrustedProxies.Add(one);
        List<string> problems = [];
        var check = AddressCheck.Read(options, problems);
        Assert.Empty(problems);
        return check;
    }

    static Credentials From(string connection, string? forwardedFor, string? forwarded) => new()
    {
        Address = IPAddress.Parse(connection),
        ForwardedFor = forwardedFor?.Split('|') ?? [],
        Forwarded = forwarded?.Split('|') ?? [],
    };
}
