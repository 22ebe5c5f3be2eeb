namespace Vitrine.Grpc.Protocol;

/// <summary>Whether a request is gRPC with protocol buffers, by its content type: <c>application/grpc</c> or <c>application/grpc+proto</c>. Other encodings of messages (<c>+json</c>) and gRPC-Web are not spoken here.</summary>
static class GrpcContentType
{
    public const string Grpc = "application/grpc";
    const string Proto = Grpc + "+proto";

    /// <summary>The content type of the answer, which is the request's own; null when this is no gRPC that is spoken here.</summary>
    public static string? Accept(string? contentType)
    {
        var type = (contentType ?? "").AsSpan();
        if (type.IndexOf(';') is var parameters and >= 0) type = type[..parameters];
        type = type.Trim();
        return type.Equals(Grpc, StringComparison.OrdinalIgnoreCase) ? Grpc : type.Equals(Proto, StringComparison.OrdinalIgnoreCase) ? Proto : null;
    }
}
