using System.Buffers.Binary;
using Vitrine.Grpc.Health;
using Vitrine.Grpc.Tests.Support;
using Status = Vitrine.Grpc.Health.HealthCheckResponse.Types.ServingStatus;

namespace Vitrine.Grpc.Tests.Health;

public sealed class GrpcHealthTests
{
    const string Echo = "vitrine.tests.Echo";

    static async Task<Status> Check(RawClient client, string service)
    {
        var answer = await client.Call("/grpc.health.v1.Health/Check", new HealthCheckRequest { Service = service });
        Assert.True(answer.Status == GrpcStatusCode.Ok, answer.Message);
        return HealthCheckResponse.Parser.ParseFrom(answer.Body.AsSpan(5)).Status;
    }

    [Fact]
    public async Task Check_Services_SaysHowTheyAre()
    {
        await using var server = await EchoServer.Start();
        using var client = new RawClient(server.Http2);
        Assert.Equal(Status.Serving, await Check(client, ""));
        Assert.Equal(Status.Serving, await Check(client, Echo));
        server.Health.Set(Echo, isServing: false);
        Assert.Equal(Status.NotServing, await Check(client, Echo));
        Assert.Equal(Status.NotServing, await Check(client, ""));
    }

    [Fact]
    public async Task Check_UnknownService_IsNotFound()
    {
        await using var server = await EchoServer.Start();
        using var client = new RawClient(server.Http2);
        Assert.Equal(GrpcStatusCode.NotFound, (await client.Call("/grpc.health.v1.Health/Check", new HealthCheckRequest { Service = "other" })).Status);
    }

    [Fact]
    public async Task Watch_Service_SaysEachChangeOnce()
    {
        await using var server = await EchoServer.Start();
        using var client = new RawClient(server.Http2);
        using var response = await client.Begin(RawClient.Request("/grpc.health.v1.Health/Watch", new ByteArrayContent(RawClient.Frame(new HealthCheckRequest { Service = "later" }))));
        await using var stream = await response.Content.ReadAsStreamAsync();
        Assert.Equal(Status.ServiceUnknown, await Next(stream));
        server.Health.Set("another", isServing: true);
        server.Health.Set("later", isServing: true);
        Assert.Equal(Status.Serving, await Next(stream));
        server.Health.Set("later", isServing: true);
        server.Health.Set("later", isServing: false);
        Assert.Equal(Status.NotServing, await Next(stream));
    }

    static async Task<Status> Next(Stream stream)
    {
        using var limit = new CancellationTokenSource(RawClient.Limit);
        var header = new byte[5];
        await stream.ReadExactlyAsync(header, limit.Token);
        var message = new byte[BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(1))];
        await stream.ReadExactlyAsync(message, limit.Token);
        return HealthCheckResponse.Parser.ParseFrom(message).Status;
    }
}
