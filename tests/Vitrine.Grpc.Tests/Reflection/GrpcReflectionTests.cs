using System.Buffers.Binary;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Vitrine.Grpc.Reflection.V1;
using Vitrine.Grpc.Tests.Support;

namespace Vitrine.Grpc.Tests.Reflection;

public sealed class GrpcReflectionTests
{
    static async Task<List<ServerReflectionResponse>> Ask(string version, params ServerReflectionRequest[] requests)
    {
        await using var server = await EchoServer.Start();
        using var client = new RawClient(server.Http2);
        var answer = await client.Call($"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo", [.. requests.SelectMany(one => RawClient.Frame(one))]);
        Assert.True(answer.Status == GrpcStatusCode.Ok, answer.Message);
        var responses = new List<ServerReflectionResponse>();
        for (var at = 0; at < answer.Body.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt32BigEndian(answer.Body.AsSpan(at + 1));
            responses.Add(ServerReflectionResponse.Parser.ParseFrom(answer.Body.AsSpan(at + 5, length)));
            at += 5 + length;
        }
        Assert.Equal(requests, responses.Select(one => one.OriginalRequest));
        return responses;
    }

    static List<FileDescriptorProto> Files(ServerReflectionResponse response) => [.. response.FileDescriptorResponse.FileDescriptorProto.Select(FileDescriptorProto.Parser.ParseFrom)];

    [Theory]
    [InlineData("v1")]
    [InlineData("v1alpha")]
    public async Task ListServices_EitherVersion_NamesAll(string version)
    {
        var response = Assert.Single(await Ask(version, new ServerReflectionRequest { Host = "h", ListServices = "*" }));
        Assert.Equal("h", response.ValidHost);
        Assert.Equal(["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection", "vitrine.tests.Echo"],
            response.ListServicesResponse.Service.Select(one => one.Name));
    }

    [Theory]
    [InlineData("vitrine.tests.Echo", "vitrine/tests/echo.proto")]
    [InlineData("vitrine.tests.Echo.Say", "vitrine/tests/echo.proto")]
    [InlineData("vitrine.tests.Word", "vitrine/tests/echo.proto")]
    [InlineData("vitrine.tests.Word.text", "vitrine/tests/echo.proto")]
    [InlineData("grpc.health.v1.HealthCheckResponse.ServingStatus", "grpc/health/v1/health.proto")]
    [InlineData("grpc.reflection.v1alpha.ServerReflectionRequest", "grpc/reflection/v1alpha/reflection.proto")]
    public async Task FileContainingSymbol_Known_IsItsFile(string symbol, string file)
    {
        var response = Assert.Single(await Ask("v1", new ServerReflectionRequest { FileContainingSymbol = symbol }));
        Assert.Equal(file, Files(response)[0].Name);
    }

    [Fact]
    public async Task Questions_InOneStream_AreAnsweredInOrder()
    {
        var responses = await Ask("v1",
            new() { FileByFilename = "vitrine/tests/echo.proto" },
            new() { FileByFilename = "../../etc/passwd" },
            new() { FileContainingSymbol = "no.such.Thing" },
            new() { AllExtensionNumbersOfType = "vitrine.tests.Word" },
            new() { AllExtensionNumbersOfType = "no.such.Thing" },
            new() { FileContainingExtension = new() { ContainingType = "vitrine.tests.Word", ExtensionNumber = 1 } });
        Assert.Equal("vitrine.tests", Assert.Single(Files(responses[0])).Package);
        Assert.Equal([5, 5, 5, 5], ((int[])[1, 2, 4, 5]).Select(i => responses[i].ErrorResponse.ErrorCode));
        Assert.Equal(("vitrine.tests.Word", 0), (responses[3].AllExtensionNumbersResponse.BaseTypeName, responses[3].AllExtensionNumbersResponse.ExtensionNumber.Count));
    }

    [Fact]
    public async Task Question_ThatIsNone_IsInvalidArgument()
    {
        await using var server = await EchoServer.Start();
        using var client = new RawClient(server.Http2);
        var answer = await client.Call("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", new ServerReflectionRequest { Host = "h" });
        Assert.Equal(GrpcStatusCode.InvalidArgument, answer.Status);
    }
}
