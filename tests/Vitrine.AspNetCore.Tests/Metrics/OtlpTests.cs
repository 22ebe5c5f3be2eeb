using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace Vitrine.AspNetCore.Tests.Metrics;

/// <summary>OpenTelemetry's own exporter sends what Vitrine's meters say to a receiver, which is this test.</summary>
[Collection(nameof(Alone))]
public sealed class OtlpTests
{
    [Fact]
    public async Task Exporter_OfOpenTelemetry_SendsVitrinesMeters()
    {
        var received = new ConcurrentQueue<(string? ContentType, byte[] Body)>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static server => server.Listen(IPAddress.Loopback, 0));
        await using var receiver = builder.Build();
        receiver.MapPost("/v1/metrics", async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            received.Enqueue((context.Request.ContentType, body.ToArray()));
        });
        await receiver.StartAsync();
        await using var service = await TestService.Start(routes: static app => app.MapGet("/fault", static string () => throw new InvalidOperationException()));
        using var metrics = Sdk.CreateMeterProviderBuilder()
            .AddMeter("Vitrine", "Vitrine.AspNetCore")
            .AddOtlpExporter((exporter, reader) =>
            {
                exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
                exporter.Endpoint = new Uri(new Uri(receiver.Urls.First()), "/v1/metrics");
                reader.PeriodicExportingMetricReaderOptions.ExportIntervalMilliseconds = 3_600_000;
            })
            .Build();

        await service.Get("/fault");
        Assert.True(metrics.ForceFlush(30_000));

        var (contentType, message) = Assert.Single(received);
        Assert.Equal("application/x-protobuf", contentType);
        foreach (var name in (string[])["dotnet.gc.collections", "dotnet.gc.last_collection.heap.size", "gen2", "dotnet.thread_pool.queue.length", "process.uptime", "vitrine.panics", "System.InvalidOperationException"])
            Assert.True(message.AsSpan().IndexOf(Encoding.UTF8.GetBytes(name)) >= 0, name);
    }
}
