using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Vitrine.Doors.Grpc.V1;
using Vitrine.Grpc;
using Vitrine.Guard;

namespace Vitrine.Doors.Tests.Grpc;

/// <summary>Bearer tokens in a call's metadata.</summary>
public sealed class GrpcIdentityTests : IDisposable
{
    readonly string _keyFile = Path.GetTempFileName();
    readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    public GrpcIdentityTests()
    {
        File.WriteAllText(_keyFile, Convert.ToBase64String(_key));
        File.SetUnixFileMode(_keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public void Dispose() => File.Delete(_keyFile);

    Task<GrpcDoorServer> Start()
    {
        var options = new GuardOptions();
        options.Identity.Jwt = new() { Issuer = "the test", Audiences = { "vitrine" }, Algorithms = { "HS256" }, SymmetricKeyFile = _keyFile };
        return GrpcDoorServer.Start(options, new MadeUpService("self", GrpcDoorServer.Heap, new MadeUpFigures("memstats"), new MadeUpProfile("trace", 1)));
    }

    string Token(byte[] key, string roles, int lasts = 600)
    {
        var text = $"{Part("""{"alg":"HS256"}""")}.{Part($$"""{"iss":"the test","aud":"vitrine","sub":"ada","roles":[{{roles}}],"exp":{{DateTimeOffset.UtcNow.ToUnixTimeSeconds() + lasts}}}""")}";
        return $"Bearer {text}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(text)))}";

        static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
    }

    [Fact]
    public async Task Take_WithATokenOfARole_GetsWhatTheRoleMay()
    {
        await using var server = await Start();
        (string, string)[] perf = [("authorization", Token(_key, "\"perf\""))];
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
        var good = Token(_key, "\"sre\"");
        (string, string)[] headers = what switch
        {
            "none" => [],
            "another key" => [("authorization", Token(RandomNumberGenerator.GetBytes(32), "\"sre\""))],
            "expired" => [("authorization", Token(_key, "\"sre\"", lasts: -3600))],
            "two" => [("authorization", good), ("authorization", Token(RandomNumberGenerator.GetBytes(32), "\"sre\""))],
            "basic" => [("authorization", "Basic YWRhOmh1bnRlcjI=")],
            _ => [("authorization", "Bearer " + new string('a', 20_000))],
        };
        var answer = await server.Call<TakeResponse>("Looks/Take", new TakeRequest { Name = "heap" }, headers);
        Assert.True(GrpcStatusCode.Unauthenticated == answer.Code, $"{answer.Code}: {answer.Message}");
        Assert.DoesNotContain("hunter2", answer.Message, StringComparison.Ordinal);
    }
}
