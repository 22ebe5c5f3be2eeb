using Vitrine.Grpc.Protocol;

namespace Vitrine.Grpc.Tests.Protocol;

public sealed class GrpcContentTypeTests
{
    [Theory]
    [InlineData("application/grpc", "application/grpc")]
    [InlineData("APPLICATION/grpc", "application/grpc")]
    [InlineData("application/grpc+proto", "application/grpc+proto")]
    [InlineData("application/grpc; charset=utf-8", "application/grpc")]
    [InlineData(" application/grpc ;x=y", "application/grpc")]
    [InlineData("application/grpc+json", null)]
    [InlineData("application/grpc-web", null)]
    [InlineData("application/grpc-web+proto", null)]
    [InlineData("application/grpcx", null)]
    [InlineData("application/json", null)]
    [InlineData("text/plain", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Accept_ContentType_IsTheAnswersOrNone(string? type, string? expected) => Assert.Equal(expected, GrpcContentType.Accept(type));
}
