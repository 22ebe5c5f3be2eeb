using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Vitrine.Guard;

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
    public async Task MapVitrine_RequireAuthorization_IsTheServicesOwnWord_BeforeTheGuards()
    {
        await using var service = await TestService.Start(
            build: static builder =>
            {
                builder.Services.AddAuthentication("none").AddScheme<AuthenticationSchemeOptions, Nobody>("none", null);
                builder.Services.AddAuthorization();
            },
            convention: static vitrine => vitrine.RequireAuthorization());

        foreach (var path in (string[])["/debug/pprof/", "/debug/pprof/runtime", "/debug/pprof/switches", "/metrics"])
            Assert.Equal(HttpStatusCode.Unauthorized, (await service.Get(path)).StatusCode);
    }

    sealed class Nobody(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, System.Text.Encodings.Web.UrlEncoder encoder) : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(AuthenticateResult.NoResult());
    }

    [Fact]
    public async Task Start_GuardSettingsThatCannotBe_EndTheStartWithASentence()
    {
        var problem = await Assert.ThrowsAsync<GuardOptionsException>(() => TestService.Start(static options => options.Guard.Limits.Looks = 0));

        Assert.Contains("Limits:Looks", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(""), InlineData("/"), InlineData("_diag/"), InlineData("/_diag"), InlineData("/a//b/"), InlineData("/{name}/"), InlineData("/a b/")]
    public async Task Start_PrefixThatIsNone_EndsTheStartWithASentence(string prefix) =>
        Assert.StartsWith("Vitrine:Prefix is '", (await Assert.ThrowsAsync<InvalidOperationException>(() => TestService.Start(options => options.Prefix = prefix))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Socket_IsADoorOfItsOwn_WithNothingOfTheServicesOnIt()
    {
        var folder = Directory.CreateTempSubdirectory("vitrine-socket-");
        try
        {
            var path = Path.Combine(folder.FullName, "door.sock");
            await using (var service = await TestService.Start(options => (options.Socket.Path, options.Socket.Mode) = (path, "0660"), routes: static app => app.MapGet("/work", static () => "done")))
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite, File.GetUnixFileMode(path));
                using var client = new HttpClient(new SocketsHttpHandler
                {
                    ConnectCallback = async (_, cancellation) =>
                    {
                        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
                        return new NetworkStream(socket, ownsSocket: true);
                    },
                });

                Assert.Contains("heap", await client.GetStringAsync("http://x/debug/pprof/"), StringComparison.Ordinal);
                Assert.Contains("# TYPE ", await client.GetStringAsync("http://x/metrics"), StringComparison.Ordinal);
                Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("http://x/work")).StatusCode);
            }
            Assert.False(File.Exists(path));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
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
