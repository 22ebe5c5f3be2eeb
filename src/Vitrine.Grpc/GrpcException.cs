namespace Vitrine.Grpc;

/// <summary>Ends a call with a status that is meant for the caller. Whatever else a handler throws goes to the log only, and the caller reads INTERNAL without details.</summary>
/// <param name="status">The status.</param>
public sealed class GrpcException(GrpcStatus status) : Exception(status.Message)
{
    /// <summary>Ends a call with <paramref name="code"/>.</summary>
    public GrpcException(GrpcStatusCode code, string message) : this(new GrpcStatus(code, message))
    {
    }

    /// <summary>The status.</summary>
    public GrpcStatus Status { get; } = status;
}
