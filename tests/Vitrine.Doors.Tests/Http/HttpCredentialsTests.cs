using System.Net;
using Microsoft.AspNetCore.Http;
using Vitrine.Doors.Http;

namespace Vitrine.Doors.Tests.Http;

public sealed class HttpCredentialsTests
{
    static DefaultHttpContext Request(params (string Name, string Value)[] headers)
    {
        var context = new DefaultHttpContext();
        context.Request.Host = new("localhost", 5000);
        foreach (var (name, value) in headers) context.Request.Headers.Append(name, value);
        return context;
    }

    [Fact]
    public void Of_EveryLineOfAHeader_IsThere()
    {
        var credentials = HttpCredentials.Of(Request(("Authorization", "Bearer a"), ("Authorization", "Bearer b"), ("X-Forwarded-For", "1.1.1.1, 2.2.2.2"), ("X-Forwarded-For", "3.3.3.3"), ("Forwarded", "for=4.4.4.4")));

        Assert.Equal(["Bearer a", "Bearer b"], credentials.Authorization);
        Assert.Equal(["1.1.1.1, 2.2.2.2", "3.3.3.3"], credentials.ForwardedFor);
        Assert.Equal(["for=4.4.4.4"], credentials.Forwarded);
        Assert.Null(credentials.OtherForwardingHeader);
        Assert.Equal("localhost", credentials.Host);
    }

    [Theory]
    [InlineData("X-Real-IP"), InlineData("Via"), InlineData("X-Forwarded-Proto"), InlineData("X-Forwarded-Host"), InlineData("X-Original-For"), InlineData("x-envoy-attempt-count"), InlineData("l5d-client-id"), InlineData("CF-Connecting-IP"),
     InlineData("True-Client-IP"), InlineData("X-Client-IP"), InlineData("X-Cluster-Client-IP"), InlineData("Forwarded-For"), InlineData("CDN-Loop"), InlineData("Client-IP"), InlineData("Fastly-Client-IP"), InlineData("X-Azure-ClientIP"),
     InlineData("X-Appengine-User-IP"), InlineData("X-Varnish"), InlineData("X-ProxyUser-Ip"), InlineData("X-ARR-LOG-ID"), InlineData("Tailscale-User-Login")]
    public void Of_HeaderThatAProxyAdds_IsNamed(string header) => Assert.Equal(header, HttpCredentials.Of(Request((header, "x"))).OtherForwardingHeader);

    [Theory]
    [InlineData("Viable"), InlineData("X-Request-Id"), InlineData("traceparent"), InlineData("X-Forward")]
    public void Of_OtherHeaders_AreNoneOfAProxy(string header) => Assert.Null(HttpCredentials.Of(Request((header, "yes"))).OtherForwardingHeader);

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", true), InlineData("Sec-Fetch-Site", "same-site", true), InlineData("Sec-Fetch-Site", "same-origin", false), InlineData("Sec-Fetch-Site", "none", false), InlineData("Sec-Fetch-Site", "nonsense", true),
     InlineData("Origin", "http://localhost:5000", false), InlineData("Origin", "http://LOCALHOST:5000", false), InlineData("Origin", "http://localhost:5001", true), InlineData("Origin", "http://localhost", true), InlineData("Origin", "null", true),
     InlineData("Origin", "http://evil.test:5000", true),
     InlineData("Referer", "http://evil.test/page", true), InlineData("Referer", "http://localhost:5001/", true), InlineData("Referer", "http://localhost:5000/debug/pprof/", false), InlineData("Referer", "", false)]
    public void Of_PageOfAnotherSite_IsSeen(string header, string value, bool isOther) => Assert.Equal(isOther, HttpCredentials.Of(Request((header, value))).IsFromAnotherSite);

    [Fact]
    public void Of_OneGoodAndOneBadLine_IsBad() => Assert.True(HttpCredentials.Of(Request(("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site"))).IsFromAnotherSite);

    [Fact]
    public void Of_ServerWithoutSockets_IsWhatItSays()
    {
        var context = Request();
        context.Connection.RemoteIpAddress = IPAddress.Parse("10.1.2.3");

        Assert.Equal(IPAddress.Parse("10.1.2.3"), HttpCredentials.Of(context).Address);
    }
}
