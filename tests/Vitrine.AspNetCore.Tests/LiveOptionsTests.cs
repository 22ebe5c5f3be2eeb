using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Vitrine.AspNetCore.Tests;

/// <summary>A mistake in the configuration is Vitrine's trouble, never the service's.</summary>
public sealed class LiveOptionsTests
{
    const string Key = "Vitrine:Guard:Limits:Looks";

    static void Work(WebApplication app) => app.MapGet("/work", static () => "done");

    [Fact]
    public async Task Reload_WithATypeError_LeavesEverythingAsItWas_AndIsLoggedOnce()
    {
        using var lines = new LogLines();
        await using var service = await TestService.Start(build: builder => builder.Logging.AddProvider(lines), routes: Work);

        service.Configure(Key, "three");
        service.Configure(Key, "three");

        Assert.Equal("done", await service.GetText("/work"));
        Assert.Equal(HttpStatusCode.OK, (await service.Get("/debug/pprof/")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await service.Get("/metrics")).StatusCode);
        Assert.Single(lines.Lines, static line => line.Level == LogLevel.Error && line.Text.Contains(Key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reload_AfterTheErrorIsGone_TakesEffect()
    {
        await using var service = await TestService.Start(routes: Work);

        service.Configure(Key, "three");
        service.Configure("Vitrine:Enabled", "false");
        Assert.Equal(HttpStatusCode.OK, (await service.Get("/debug/pprof/")).StatusCode);
        service.Configure(Key, "3");

        Assert.Equal(HttpStatusCode.Forbidden, (await service.Get("/debug/pprof/")).StatusCode);
        Assert.Equal("done", await service.GetText("/work"));
    }

    [Fact]
    public async Task Start_WithATypeError_SaysTheKey()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => TestService.Start(build: static builder => builder.Configuration[Key] = "three"));

        Assert.Contains(Key, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_ThatTheGuardRefuses_LeavesTheService()
    {
        await using var service = await TestService.Start(routes: Work);

        service.Configure(Key, "-1");

        Assert.Equal("done", await service.GetText("/work"));
        Assert.Equal(HttpStatusCode.OK, (await service.Get("/debug/pprof/")).StatusCode);
    }
}
