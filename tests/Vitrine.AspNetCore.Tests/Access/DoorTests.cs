using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Vitrine.AspNetCore.Tests.Access;

/// <summary>The door as a service has it: closed until it is opened, and then to this machine only.</summary>
public sealed class DoorTests
{
    [Theory]
    [InlineData("X-Forwarded-For", "127.0.0.1"), InlineData("Forwarded", "for=127.0.0.1"), InlineData("X-Real-IP", "127.0.0.1"), InlineData("Via", "1.1 proxy")]
    [InlineData("X-Forwarded-For", ""), InlineData("X-Forwarded-Proto", "https"), InlineData("X-Forwarded-Host", "shop.test"), InlineData("X-Forwarded-Prefix", "/shop"), InlineData("x-forwarded-port", "443")]
    [InlineData("X-Original-For", "10.1.2.3"), InlineData("X-Original-Host", "shop.test"), InlineData("X-Original-Proto", "http")]
    [InlineData("x-envoy-expected-rq-timeout-ms", "15000"), InlineData("X-Envoy-Attempt-Count", "1"), InlineData("l5d-client-id", "shop.test"), InlineData("CF-Connecting-IP", "10.1.2.3"), InlineData("True-Client-IP", "10.1.2.3")]
    public async Task Door_RequestThatWasForwarded_IsRefused(string header, string value)
    {
        await using var service = await TestService.Start();

        using var answer = await service.Get("/debug/pprof/", (header, value));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("only direct callers", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Door_HeadersOfDirectCallers_AreNoneOfAProxy()
    {
        await using var service = await TestService.Start();

        using var answer = await service.Get("/debug/pprof/", ("Viable", "yes"), ("X-Request-Id", "7"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"), ("Accept-Encoding", "gzip"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Door_ForwardedHeadersMiddleware_DoesNotMakeACallerLocal()
    {
        // The service trusts every proxy, and this one claims that its caller is this machine.
        await using var service = await TestService.Start(build: static builder => builder.Services.AddTransient<Microsoft.AspNetCore.Hosting.IStartupFilter, Forwarding>());

        Assert.Equal(HttpStatusCode.Forbidden, (await service.Get("/debug/pprof/", ("X-Forwarded-For", "127.0.0.1"))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await service.Get("/debug/pprof/", ("X-Forwarded-For", "10.1.2.3"))).StatusCode);
        // The middleware takes these off and leaves only X-Original-…
        Assert.Equal(HttpStatusCode.Forbidden, (await service.Get("/debug/pprof/", ("X-Forwarded-Proto", "https"))).StatusCode);
    }

    sealed class Forwarding : Microsoft.AspNetCore.Hosting.IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.All };
            options.KnownIPNetworks.Clear();
            options.KnownProxies.Clear();
            app.UseForwardedHeaders(options);
            next(app);
        };
    }

    [Theory]
    [InlineData("localhost", HttpStatusCode.OK), InlineData("LOCALHOST:5000", HttpStatusCode.OK), InlineData("127.0.0.1:80", HttpStatusCode.OK), InlineData("[::1]:5000", HttpStatusCode.OK), InlineData("good.test", HttpStatusCode.OK)]
    [InlineData("evil.test", HttpStatusCode.Forbidden), InlineData("localhost.evil.test", HttpStatusCode.Forbidden), InlineData("127.0.0.1.evil.test", HttpStatusCode.Forbidden), InlineData("10.0.0.1", HttpStatusCode.Forbidden)]
    public async Task Door_HostHeader_IsThisMachineOrAllowed(string host, HttpStatusCode expected)
    {
        await using var service = await TestService.Start(static options => options.Guard.Identity.Local.AllowedHosts.Add("good.test"));

        Assert.Equal(expected, (await service.Get("/debug/pprof/", ("Host", host))).StatusCode);
    }

    [Theory]
    [InlineData("cross-site", HttpStatusCode.Forbidden), InlineData("same-site", HttpStatusCode.Forbidden), InlineData("same-origin", HttpStatusCode.OK), InlineData("none", HttpStatusCode.OK)]
    public async Task Door_BrowserOnAnotherSite_IsRefused(string site, HttpStatusCode expected)
    {
        await using var service = await TestService.Start();

        Assert.Equal(expected, (await service.Get("/metrics", ("Sec-Fetch-Site", site))).StatusCode);
    }

    [Theory]
    [InlineData("/debug/pprof/"), InlineData("/debug/pprof/cmdline"), InlineData("/debug/pprof/symbol"), InlineData("/debug/pprof/runtime"), InlineData("/metrics")]
    public async Task Door_NotSwitchedOn_SaysHowToSwitchItOn(string path)
    {
        await using var service = await TestService.Start(static options => options.Enabled = false);

        using var answer = await service.Get(path);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Contains("Vitrine:Enabled", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("1", answer.Headers.GetValues("X-Go-Pprof").Single());
    }

    [Fact]
    public async Task Door_ConfigurationChanges_TakesEffectAtOnce_AndIsRightAgainstTheCode()
    {
        await using var service = await TestService.Start();
        Assert.Equal(HttpStatusCode.OK, (await service.Get("/debug/pprof/runtime")).StatusCode);

        service.Configure("Vitrine:Guard:Switches:States:runtime", "false");
        Assert.Equal(HttpStatusCode.Forbidden, (await service.Get("/debug/pprof/runtime")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await service.Get("/debug/pprof/memstats")).StatusCode);
        Assert.Contains("switched off", await service.GetText("/debug/pprof/"), StringComparison.Ordinal);

        service.Configure("Vitrine:Enabled", "false");
        Assert.Equal(HttpStatusCode.Forbidden, (await service.Get("/debug/pprof/memstats")).StatusCode);

        service.Configure("Vitrine:Enabled", "true");
        Assert.Equal(HttpStatusCode.OK, (await service.Get("/debug/pprof/memstats")).StatusCode);
    }
}
