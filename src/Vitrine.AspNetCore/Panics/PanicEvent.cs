using Vitrine.DotNet.Runtime;

namespace Vitrine.AspNetCore.Panics;

/// <summary>A fault as it was when it happened; what takes longer to find out is added by the recorder.</summary>
/// <param name="Cause">Its cause.</param>
/// <param name="Exception">The exception.</param>
/// <param name="At">When.</param>
/// <param name="TraceId">The request's trace; empty when it had none.</param>
/// <param name="OperationId">The request's operation; empty when it had none.</param>
/// <param name="Request">Method and route pattern, never the path: that is the caller's.</param>
/// <param name="Suppressed">How many of the same cause were only counted since the last record.</param>
/// <param name="Runtime">The runtime's figures of that moment.</param>
sealed record PanicEvent(
    PanicCause Cause, Exception Exception, DateTimeOffset At, string TraceId, string OperationId, string Request, long Suppressed, RuntimeSnapshot Runtime);
