namespace Vitrine.Guard;

/// <summary>Why a look is refused. Each door has one answer for each: the table is in docs/guard/doors.md.</summary>
public enum RefusalKind
{
    /// <summary>Nobody known: no credentials, or none that hold. HTTP 401.</summary>
    Unauthenticated,

    /// <summary>Known, and not permitted; or from an address that may not. HTTP 403.</summary>
    Forbidden,

    /// <summary>Switched off, for everybody. HTTP 403.</summary>
    SwitchedOff,

    /// <summary>Too many looks at once, or too often. HTTP 429 with Retry-After.</summary>
    TooMany,

    /// <summary>The look would be longer than is allowed. HTTP 400.</summary>
    TooLong,

    /// <summary>The guard itself cannot do its work: the audit log cannot be written, the keys cannot be had. HTTP 503.</summary>
    Unavailable,
}
