using System.Net;
using Vitrine.Grpc.Health;
using Vitrine.Grpc.Tests.Support;

namespace Vitrine.Grpc.Tests.Health;

/// <summary>Health asks nobody who they are, so that anybody can call it as often as they like: honest checks are answered all the same.</summary>
public sealed class CrowdedHealthTests
{
    const int Places = 100;
    const string Watch = "/grpc.health.v1.Health/Watch", Check = "/grpc.health.v1.Health/Check";

    static readonly HealthCheckRequest s_all = new();

    [Fact]
    public async Task Watch_ByWhoeverTakesAllPlaces_PaysWithHisOwnOldest()
    {
        await using var server = await EchoServer.Start();
        using var client = new RawClient(server.Http2);
        var watches = new List<(HttpResponseMessage Response, Stream Stream)>();
        for (var i = 0; i < Places + 5; i++) watches.Add(await Begin(client));

        for (var i = 0; i < 5; i++) Assert.Equal(GrpcStatusCode.Unavailable, await StatusOf(watches[i]));
        // All the others hear of a change.
        server.Health.Set("another", isServing: false);
        foreach (var (_, stream) in watches.Skip(5)) await stream.ReadExactlyAsync(new byte[7]).AsTask().WaitAsync(RawClient.Limit);
        foreach (var (response, _) in watches) response.Dispose();
    }

    [Fact]
    public async Task Watch_OfOneAddress_OutlastsTheCrowdOfAnotherOne()
    {
        await using var server = await EchoServer.Start();
        using var honest = new RawClient(server.Http2, IPAddress.Parse("127.0.0.2"));
        using var crowd = new RawClient(server.Http2);
        var watch = await Begin(honest);
        for (var i = 0; i < 3 * Places; i++) await Begin(crowd);

        server.Health.Set("another", isServing: false);
        await watch.Stream.ReadExactlyAsync(new byte[7]).AsTask().WaitAsync(RawClient.Limit);
        watch.Response.Dispose();
    }

    [Theory]
    [InlineData(Check), InlineData(Watch)]
    public async Task Check_WhileOthersHoldEveryPlaceAndDoNotRead_IsAnswered(string method)
    {
        await using var server = await EchoServer.Start();
        using var first = await StalledClient.Connect(server.Http2);
        using var second = await StalledClient.Connect(server.Http2, IPAddress.Parse("127.0.0.3"));
        for (var i = 0; i < Places; i++)
        {
            await first.Call(method, s_all);
            await second.Call(method, s_all);
        }
        using var client = new RawClient(server.Http2, IPAddress.Parse("127.0.0.2"));
        for (var i = 0; i < 20; i++) Assert.Equal(GrpcStatusCode.Ok, (await client.Call(Check, s_all)).Status);
        var (response, _) = await Begin(client);
        response.Dispose();
    }

    [Fact]
    public async Task Reflection_WhileOthersHoldEveryPlace_IsAnswered()
    {
        const string Method = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
        await using var server = await EchoServer.Start();
        using var crowd = new RawClient(server.Http2);
        var never = new TaskCompletionSource();
        for (var i = 0; i < Places; i++) _ = crowd.Begin(RawClient.Request(Method, new ScriptedContent(_ => never.Task)));

        using var client = new RawClient(server.Http2, IPAddress.Parse("127.0.0.2"));
        for (var i = 0; i < 3; i++) Assert.Equal(GrpcStatusCode.Ok, (await client.Call(Method, [0, 0, 0, 0, 2, 0x3a, 0])).Status);
        never.SetResult();
    }

    // With its first message read: it has its place then.
    static async Task<(HttpResponseMessage Response, Stream Stream)> Begin(RawClient client)
    {
        var response = await client.Begin(RawClient.Request(Watch, new ByteArrayContent(RawClient.Frame(s_all))));
        var stream = await response.Content.ReadAsStreamAsync();
        await stream.ReadExactlyAsync(new byte[7]).AsTask().WaitAsync(RawClient.Limit);
        return (response, stream);
    }

    static async Task<GrpcStatusCode> StatusOf((HttpResponseMessage Response, Stream Stream) watch)
    {
        Assert.Equal(0, await watch.Stream.ReadAsync(new byte[1]).AsTask().WaitAsync(RawClient.Limit));
        return (GrpcStatusCode)int.Parse(Assert.Single(watch.Response.TrailingHeaders.GetValues("grpc-status")));
    }
}
