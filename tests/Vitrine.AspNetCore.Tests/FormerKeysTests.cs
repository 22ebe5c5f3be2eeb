using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Vitrine.AspNetCore.Tests;

/// <summary>A key that is not read any more is said, and where it closed something the service does not start without it.</summary>
public sealed class FormerKeysTests
{
    [Theory]
    [InlineData("Vitrine:AllowedHosts:0", "shop.internal", "Vitrine:AllowedHosts", "Vitrine:Guard:Identity:Local:AllowedHosts")]
    [InlineData("Vitrine:MaximumLooks", "8", "Vitrine:MaximumLooks", "Vitrine:Guard:Limits:Looks")]
    [InlineData("Vitrine:MaximumSeconds", "300", "Vitrine:MaximumSeconds", "Vitrine:Guard:Limits:MaximumDuration")]
    [InlineData("Vitrine:Profiles:heap", "true", "Vitrine:Profiles:heap", "Vitrine:Guard:Switches:States:heap")]
    public async Task Start_AKeyThatClosedNothing_IsSaidOnce(string key, string value, string former, string now)
    {
        using var lines = new LogLines();
        await using var service = await TestService.Start(build: builder =>
        {
            builder.Logging.AddProvider(lines);
            builder.Configuration[key] = value;
        });
        service.Configure("Vitrine:Panics:MaximumFiles", "7");

        var line = Assert.Single(lines.Lines, line => line.Text.Contains(former + " is in the configuration", StringComparison.Ordinal));
        Assert.Equal(LogLevel.Warning, line.Level);
        Assert.Contains(now, line.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Vitrine:MaximumLooks", "1", "Vitrine:Guard:Limits:Looks = 1 ")]
    [InlineData("Vitrine:MaximumLooks", "none", "Vitrine:Guard:Limits:Looks")]
    [InlineData("Vitrine:MaximumSeconds", "5", "Vitrine:Guard:Limits:MaximumDuration = 00:00:05 ")]
    [InlineData("Vitrine:Profiles:heap", "false", "Vitrine:Guard:Switches:States:heap = false ")]
    [InlineData("Vitrine:Profiles:metrics", "no", "Vitrine:Guard:Switches:States:metrics = false ")]
    public async Task Start_AKeyThatClosedSomething_IsRefused_AndSaysTheKeyOfNow(string key, string value, string now)
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => TestService.Start(build: builder => builder.Configuration[key] = value));

        Assert.Contains($"{key} is {value}, and is not read any more", error.Message, StringComparison.Ordinal);
        Assert.Contains(now, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Vitrine:MaximumLooks", "1", "Vitrine:Guard:Limits:Looks", "2")]
    [InlineData("Vitrine:MaximumSeconds", "5", "Vitrine:Guard:Limits:MaximumDuration", "00:00:10")]
    [InlineData("Vitrine:Profiles:heap", "false", "Vitrine:Guard:Switches:States:heap", "true")]
    public async Task Start_WithTheKeyOfNowBesideIt_IsOnlySaid(string former, string value, string now, string other)
    {
        using var lines = new LogLines();
        await using var service = await TestService.Start(build: builder =>
        {
            builder.Logging.AddProvider(lines);
            (builder.Configuration[former], builder.Configuration[now]) = (value, other);
        });

        Assert.Single(lines.Lines, line => line.Text.Contains(former + " is in the configuration", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Reload_AKeyThatClosedSomething_LeavesTheSettingsOfBefore()
    {
        using var lines = new LogLines();
        await using var service = await TestService.Start(build: builder => builder.Logging.AddProvider(lines));
        service.Configure("Vitrine:Enabled", "false");
        service.Configure("Vitrine:MaximumLooks", "1");

        // Closed as a whole, it may be there. Opened, it may not.
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, (await service.Get("/debug/pprof/")).StatusCode);
        service.Configure("Vitrine:Enabled", "true");
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, (await service.Get("/debug/pprof/")).StatusCode);
        Assert.Contains(lines.Lines, static line => line.Level == LogLevel.Error && line.Text.Contains("Vitrine:MaximumLooks is 1", StringComparison.Ordinal));

        service.Configure("Vitrine:Guard:Limits:Looks", "1");
        Assert.Equal(System.Net.HttpStatusCode.OK, (await service.Get("/debug/pprof/")).StatusCode);
    }
}
