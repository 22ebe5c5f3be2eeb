using Microsoft.AspNetCore.Http;

namespace Vitrine.Grpc;

/// <summary>A call in progress, as its handler sees it.</summary>
public sealed class GrpcCall
{
    internal GrpcCall(HttpContext http, string service, string method, DateTimeOffset deadline, CancellationToken cancelled)
    {
        Http = http;
        Service = service;
        Method = method;
        Deadline = deadline;
        Cancelled = cancelled;
        Metadata = new(http.Request.Headers);
    }

    /// <summary>The full name of the service, such as <c>grpc.health.v1.Health</c>.</summary>
    public string Service { get; }

    /// <summary>The method's name.</summary>
    public string Method { get; }

    /// <summary>The HTTP/2 request, for what is known about the connection. Its body and its response belong to the call.</summary>
    public HttpContext Http { get; }

    /// <summary>What the caller sent beside its messages.</summary>
    public GrpcMetadata Metadata { get; }

    /// <summary>When the call ends at the latest: the caller's deadline, or the service's own limit where that comes first.</summary>
    public DateTimeOffset Deadline { get; }

    /// <summary>Cancelled when the caller takes the call back or is gone, when the deadline has passed, and when the service stops. A handler must end soon after.</summary>
    public CancellationToken Cancelled { get; }
}
