using System.Buffers.Binary;
using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Vitrine.Doors.Grpc;
using Vitrine.Doors.Http;
using Vitrine.Doors.Looks;
using Vitrine.Grpc;
using Vitrine.Guard;
using Vitrine.Instruments;

namespace Vitrine.Doors.Tests.Grpc;

/// <summary>One desk with two doors, gRPC over HTTP/2 and Go's pages over HTTP/1.1, and clients that write and read by hand.</summary>
sealed class GrpcDoorServer : IAsyncDisposable
{
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    readonly WebApplication _app;
    readonly HttpClient _http2;

    GrpcDoorServer(WebApplication app, LookDesk desk, string socket)
    {
        _app = app;
        Desk = desk;
        Socket = socket;
        Authority = new Uri(app.Urls.First()).Authority;
        _http2 = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(app.Urls.First()), Timeout = Limit };
        Http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(app.Urls.ElementAt(1)), Timeout = Limit };
    }

    public LookDesk Desk { get; }

    public LookGuard Guard => Desk.Guard;

    public string Authority { get; }

    /// <summary>The path of a Unix socket on which HTTP/2 is spoken.</summary>
    public string Socket { get; }

    /// <summary>The other door.</summary>
    public HttpClient Http { get; }

    public static MadeUpProfile Heap => new("heap", 50);

    public static Task<GrpcDoorServer> Start(params IReadOnlyList<IInstrument> instruments) => Start(new GuardOptions { Redaction = { AllowLabels = { "colour" } } }, new MadeUpService("self", instruments));

    public static async Task<GrpcDoorServer> Start(GuardOptions options, params IReadOnlyList<IShownService> services)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var socket = Path.Combine(Path.GetTempPath(), $"vitrine-grpc-{Guid.NewGuid():N}.sock");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, static endpoint => endpoint.Protocols = HttpProtocols.Http2);
            kestrel.Listen(IPAddress.Loopback, 0, static endpoint => endpoint.Protocols = HttpProtocols.Http1);
            kestrel.ListenUnixSocket(socket, static endpoint => endpoint.Protocols = HttpProtocols.Http2);
        });
        var app = builder.Build();
        var guard = new LookGuard(options);
        var desk = new LookDesk(guard, services) { Stopping = app.Lifetime.ApplicationStopping };
        new GrpcDoor(desk, new()).Map(app);
        foreach (var isBelowServices in services.Count == 1 ? (bool[])[false, true] : [true])
        {
            var http = new HttpDoor(desk, new() { VarsPath = "/debug/vars", IsBelowServices = isBelowServices });
            http.MapProfiles(app);
            http.MapMetrics(app);
            http.MapVars(app);
        }
        await app.StartAsync();
        return new(app, desk, socket);
    }

    /// <summary>Calls a method; the messages of the answer and its status.</summary>
    public async Task<(List<T> Messages, GrpcStatusCode Code, string Message, bool HasDetails)> Call<T>(string method, IMessage request, params IReadOnlyList<(string Name, string Value)> headers) where T : IMessage<T>, new()
    {
        using var response = await Begin(method, request, default, headers);
        var body = await response.Content.ReadAsByteArrayAsync();
        var status = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        return (Messages<T>(body), (GrpcStatusCode)int.Parse(status.GetValues("grpc-status").Single()), status.TryGetValues("grpc-message", out var message) ? Uri.UnescapeDataString(message.Single()) : "", status.Contains("grpc-status-details-bin"));
    }

    public Task<HttpResponseMessage> Begin(string method, IMessage request, CancellationToken cancellation = default, params IReadOnlyList<(string Name, string Value)> headers)
    {
        var body = new byte[5 + request.CalculateSize()];
        BinaryPrimitives.WriteInt32BigEndian(body.AsSpan(1), body.Length - 5);
        request.WriteTo(body.AsSpan(5));
        var http = new HttpRequestMessage(HttpMethod.Post, method.StartsWith('/') ? method : $"/vitrine.v1.{method}") { Content = new ByteArrayContent(body), Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        http.Content.Headers.ContentType = new("application/grpc");
        foreach (var (name, value) in headers) Assert.True(http.Headers.TryAddWithoutValidation(name, value));
        return _http2.SendAsync(http, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    static List<T> Messages<T>(byte[] body) where T : IMessage<T>, new()
    {
        var (parser, messages) = (new MessageParser<T>(static () => new T()), new List<T>());
        for (var at = 0; at < body.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(at + 1));
            messages.Add(parser.ParseFrom(body.AsSpan(at + 5, length)));
            at += 5 + length;
        }
        return messages;
    }

    public async ValueTask DisposeAsync()
    {
        _http2.Dispose();
        Http.Dispose();
        await _app.DisposeAsync();
        File.Delete(Socket);
        Guard.Dispose();
    }
}
