using System.Diagnostics;
using Vitrine.Doors.Looks;
using Vitrine.Grpc;

namespace Vitrine.Doors.Grpc;

/// <summary>The status of an answer that is none. The table for all doors is in docs/guard/doors.md.</summary>
static class GrpcAnswers
{
    // As the HTTP door: where nobody says when, in a second.
    static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    public static GrpcException Fault(LookAnswer answer) => new(new GrpcStatus(CodeOf(answer.Status), answer.Message, answer.RetryAfter ?? (answer.Status == LookStatus.TooMany ? s_retry : null)));

    static GrpcStatusCode CodeOf(LookStatus status) => status switch
    {
        LookStatus.BadRequest => GrpcStatusCode.InvalidArgument,
        LookStatus.Unauthenticated => GrpcStatusCode.Unauthenticated,
        LookStatus.Forbidden => GrpcStatusCode.PermissionDenied,
        LookStatus.NotFound => GrpcStatusCode.NotFound,
        LookStatus.TooMany => GrpcStatusCode.ResourceExhausted,
        LookStatus.NotAvailable => GrpcStatusCode.Unimplemented,
        LookStatus.Failed => GrpcStatusCode.Internal,
        LookStatus.Unavailable => GrpcStatusCode.Unavailable,
        _ => throw new UnreachableException(),
    };
}
