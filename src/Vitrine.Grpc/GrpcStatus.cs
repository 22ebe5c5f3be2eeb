namespace Vitrine.Grpc;

/// <summary>How a call ended.</summary>
/// <param name="Code">The code.</param>
/// <param name="Message">A sentence for the caller; empty for success.</param>
/// <param name="RetryAfter">When asking again makes sense; goes out as <c>google.rpc.RetryInfo</c>.</param>
public sealed record GrpcStatus(GrpcStatusCode Code, string Message = "", TimeSpan? RetryAfter = null)
{
    /// <summary>Success.</summary>
    public static GrpcStatus Ok { get; } = new(GrpcStatusCode.Ok);
}
