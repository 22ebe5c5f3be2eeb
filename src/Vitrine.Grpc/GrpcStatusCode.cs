namespace Vitrine.Grpc;

/// <summary>The codes with which a call ends. Numbers and meaning: doc/statuscodes.md of the gRPC project.</summary>
public enum GrpcStatusCode
{
    /// <summary>It succeeded.</summary>
    Ok = 0,

    /// <summary>The caller took it back.</summary>
    Cancelled = 1,

    /// <summary>Nobody knows why it failed.</summary>
    Unknown = 2,

    /// <summary>The question is wrong, whatever state the service is in.</summary>
    InvalidArgument = 3,

    /// <summary>The time that the caller gave it has passed.</summary>
    DeadlineExceeded = 4,

    /// <summary>What was asked for is not there.</summary>
    NotFound = 5,

    /// <summary>What was to be made is there already.</summary>
    AlreadyExists = 6,

    /// <summary>The caller is known, and may not.</summary>
    PermissionDenied = 7,

    /// <summary>A limit: too many calls, or a message that is too big.</summary>
    ResourceExhausted = 8,

    /// <summary>The service is not in the state for it.</summary>
    FailedPrecondition = 9,

    /// <summary>Something else came in between.</summary>
    Aborted = 10,

    /// <summary>Beyond the end.</summary>
    OutOfRange = 11,

    /// <summary>There is no such method, or it cannot do this here.</summary>
    Unimplemented = 12,

    /// <summary>What should never happen: a broken frame, a message that is none, a fault of the service.</summary>
    Internal = 13,

    /// <summary>Not now; asking again may help.</summary>
    Unavailable = 14,

    /// <summary>Something is lost for good.</summary>
    DataLoss = 15,

    /// <summary>The caller is not known.</summary>
    Unauthenticated = 16,
}
