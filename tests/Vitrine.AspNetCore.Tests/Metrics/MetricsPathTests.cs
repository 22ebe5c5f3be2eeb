using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Vitrine.AspNetCore.Tests.Metrics;

/// <summary>A service that has metrics of its own already keeps them.</summary>
public sealed class MetricsPathTests
{
    // As prometheus-net and OpenTelemetry map theirs (any method), and as a service does (GET only).
    static void MapOwn(WebApplication app, bool anyMethod)
    {
        if (anyMethod) app.Map("/metrics", static context => context.Response.WriteAsync("the service's own"));
        else app.MapGet("/metrics", static () => "the service's own");
    }

    [Theory]
    [InlineData(true, true), InlineData(true, false), InlineData(false, true), InlineData(false, false)]
    public async Task ServicesOwnEndpoint_AtTheSamePath_Answers(bool enabled, bool anyMethod)
    {
        await using var service = await TestService.Start(options => options.Enabled = enabled, routes: app => MapOwn(app, anyMethod));

        Assert.Equal("the service's own", await service.GetText("/metrics"));
        Assert.Equal(enabled ? HttpStatusCode.OK : HttpStatusCode.Forbidden, (await service.Get("/debug/pprof/runtime")).StatusCode);
    }

    [Fact]
    public async Task Fallback_GetsThePathWhileVitrineIsOff_AndNotWhileItIsOn()
    {
        await using var service = await TestService.Start(static options => options.Enabled = false, routes: static app => app.MapGet("/{**rest}", static (string rest) => "fallback " + rest));

        Assert.Equal("fallback metrics", await service.GetText("/metrics"));

        service.Configure("Vitrine:Enabled", "true");
        Assert.Contains("# TYPE ", await service.GetText("/metrics"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Path_IsTheOneThatIsSet_AndNoneWhenItIsEmpty()
    {
        await using var elsewhere = await TestService.Start(static options => options.Metrics.Path = "/internal/metrics");
        await using var hidden = await TestService.Start(static options => options.Prefix = "/api/v2/_diag/");
        await using var nowhere = await TestService.Start(static options => options.Metrics.Path = "");

        Assert.Contains("# TYPE ", await elsewhere.GetText("/internal/metrics"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await elsewhere.Get("/metrics")).StatusCode);
        Assert.Contains("# TYPE ", await hidden.GetText("/api/v2/_diag/metrics"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await hidden.Get("/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await hidden.Get("/debug/pprof/runtime")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await nowhere.Get("/metrics")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await nowhere.Get("/debug/pprof/runtime")).StatusCode);
    }
}
