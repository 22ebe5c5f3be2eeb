using System.Security.Cryptography;
using Vitrine.Doors.Grpc.V1;
using Vitrine.Doors.Tests.Support;
using Vitrine.Grpc;
using Vitrine.Guard;

namespace Vitrine.Doors.Tests.Grpc;

/// <summary>Bearer tokens in a call's metadata.</summary>
public sealed class GrpcIdentityTests : IDisposable
{
    readonly TestTokens _tokens = new();

    public void Dispose() => _tokens.Dispose();

    Task<GrpcDoorServer> Start()
    {
        var options = new GuardOptions();
        _tokens.Configure(options);
        return GrpcDoorServer.Start(options, new MadeUpService("self", GrpcDoorServer.Heap, new MadeUpFigures("memstats"), new MadeUpProfile("trace", 1)));
    }

    [Fact]
    public async Task Take_WithATokenOfARole_GetsWhatTheRoleMay()
    {
        await using var server = await Start();
        (string, string)[] perf = [("authorization", _tokens.Bearer(["perf"]))];
        Assert.Equal(GrpcStatusCode.Ok, (await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Name = "heap" }, perf)).Code);
        Assert.Equal(GrpcStatusCode.PermissionDenied, (await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Name = "trace" }, perf)).Code);
        Assert.Equal(GrpcStatusCode.PermissionDenied, (await server.Call<WatchResponse>("Looks/Watch", new WatchRequest { Name = "memstats", Count = 1 }, perf)).Code);
        var listed = Assert.Single((await server.Call<ListInstrumentsResponse>("Looks/ListInstruments", new ListInstrumentsRequest(), perf)).Messages);
        Assert.Equal(["heap"], listed.Instruments.Select(one => one.Name));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("another key")]
    [InlineData("expired")]
    [InlineData("two")]
    [InlineData("basic")]
    [InlineData("huge")]
    public async Task Take_WithoutATokenThatHolds_IsUnauthenticated(string what)
    {
        await using var server = await Start();
        var good = _tokens.Bearer(["sre"]);
        (string, string)[] headers = what switch
        {
            "none" => [],
            "another key" => [("authorization", _tokens.Bearer(["sre"], key: RandomNumberGenerator.GetBytes(32)))],
            "expired" => [("authorization", _tokens.Bearer(["sre"], lasts: -3600))],
            "two" => [("authorization", good), ("authorization", _tokens.Bearer(["sre"], key: RandomNumberGenerator.GetBytes(32)))],
            "basic" => [("authorization", "Basic YWRhOmh1bnRlcjI=")],
            _ => [("authorization", "Bearer " + new string('a', 20_000))],
        };
        var answer = await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Name = "heap" }, headers);
        Assert.True(GrpcStatusCode.Unauthenticated == answer.Code, $"{answer.Code}: {answer.Message}");
        Assert.DoesNotContain("hunter2", answer.Message, StringComparison.Ordinal);
    }
}
