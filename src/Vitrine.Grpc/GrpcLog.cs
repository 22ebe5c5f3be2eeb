using Microsoft.Extensions.Logging;

namespace Vitrine.Grpc;

/// <summary>What goes to the service's log, with the ids of the events.</summary>
static partial class GrpcLog
{
    [LoggerMessage(1, LogLevel.Error, "A call of {Service}/{Method} failed.")]
    public static partial void HandlerFailed(ILogger log, Exception exception, string service, string method);
}
