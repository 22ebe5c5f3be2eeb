namespace Vitrine.Grpc.Protocol;

/// <summary>Names of headers and trailers (PROTOCOL-HTTP2.md).</summary>
static class GrpcHeaders
{
    public const string Timeout = "grpc-timeout";
    public const string Encoding = "grpc-encoding";
    public const string AcceptEncoding = "grpc-accept-encoding";
    public const string Status = "grpc-status";
    public const string Message = "grpc-message";
    public const string StatusDetails = "grpc-status-details-bin";
    public const string BinarySuffix = "-bin";
}
