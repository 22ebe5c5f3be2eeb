namespace Vitrine.Doors.Looks;

/// <summary>How a look ended, the same for every door; each door has one code for each (docs/guard/doors.md).</summary>
public enum LookStatus
{
    /// <summary>There is an answer. HTTP 200, gRPC OK.</summary>
    Ok,

    /// <summary>The question is wrong. HTTP 400, gRPC INVALID_ARGUMENT.</summary>
    BadRequest,

    /// <summary>Who asks? HTTP 401, gRPC UNAUTHENTICATED.</summary>
    Unauthenticated,

    /// <summary>Not permitted, or switched off. HTTP 403, gRPC PERMISSION_DENIED.</summary>
    Forbidden,

    /// <summary>There is no such profile or service. HTTP 404, gRPC NOT_FOUND.</summary>
    NotFound,

    /// <summary>Too many or too often. HTTP 429 with Retry-After, gRPC RESOURCE_EXHAUSTED with retry information.</summary>
    TooMany,

    /// <summary>The instrument cannot look at this service. HTTP 501, gRPC UNIMPLEMENTED.</summary>
    NotAvailable,

    /// <summary>The look failed. HTTP 500, gRPC INTERNAL.</summary>
    Failed,

    /// <summary>The service behind the gate does not answer, or the guard cannot do its work. HTTP 502 or 503, gRPC UNAVAILABLE.</summary>
    Unavailable,
}
