using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Vitrine.AspNetCore.Tests.Grpc;

/// <summary>The gRPC door in a service: one line more. What it does is tested where it is.</summary>
public sealed class MapVitrineGrpcTests
{
    // TakeRequest { name: "memstats" }, with gRPC's five bytes before it.
    static readonly byte[] s_memstats = [0, 0, 0, 0, 10, 0x12, 8, .. "memstats"u8];

    static async Task<WebApplication> Start(bool isEnabled = true)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.Sources.Clear();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, static endpoint => endpoint.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        builder.AddVitrine(options => options.Enabled = isEnabled);
        var app = builder.Build();
        app.MapVitrine();
        app.MapVitrineGrpc();
        await app.StartAsync();
        return app;
    }

    static async Task<HttpResponseMessage> Take(string address, Version version)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(60) };
        var request = new HttpRequestMessage(HttpMethod.Post, address + "/vitrine.v1.Looks/Take") { Content = new ByteArrayContent(s_memstats), Version = version, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Content.Headers.ContentType = new("application/grpc");
        return await client.SendAsync(request);
    }

    [Fact]
    public async Task Take_OverHttp2_AnswersBesideTheOtherDoor()
    {
        await using var app = await Start();
        using var answer = await Take(app.Urls.First(), HttpVersion.Version20);
        var content = await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal("0", answer.TrailingHeaders.GetValues("grpc-status").Single());
        Assert.Contains("\"measurements\"", Encoding.UTF8.GetString(content), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Take_OverHttp1_IsToldWhatToChange()
    {
        await using var app = await Start();
        using var answer = await Take(app.Urls.Last(), HttpVersion.Version11);
        Assert.Equal(HttpStatusCode.UpgradeRequired, answer.StatusCode);
        Assert.Contains("Http2", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Take_OfAServiceThatIsNotEnabled_IsPermissionDenied()
    {
        await using var app = await Start(isEnabled: false);
        using var answer = await Take(app.Urls.First(), HttpVersion.Version20);
        Assert.Equal("7", answer.Headers.GetValues("grpc-status").Single());
    }

    [Fact]
    public async Task MapVitrineGrpc_WithoutTheServices_SaysWhatIsMissing()
    {
        await using var app = WebApplication.CreateSlimBuilder().Build();
        Assert.Contains("AddVitrine", Assert.Throws<InvalidOperationException>(() => app.MapVitrineGrpc()).Message, StringComparison.Ordinal);
    }
}
