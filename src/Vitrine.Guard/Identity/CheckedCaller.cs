namespace Vitrine.Guard.Identity;

/// <summary>What a check of credentials found: somebody, or the private reason why nobody.</summary>
readonly record struct CheckedCaller
{
    /// <summary>Who it is; null when the credentials do not hold.</summary>
    public Caller? Caller { get; private init; }

    /// <summary>Why they do not. Never a part of them.</summary>
    public string? Reason { get; private init; }

    /// <summary>They could not be checked, and may be well: when asking again makes sense.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>They were not checked, because too many from the same address did not hold: when they may be again.</summary>
    public TimeSpan? NotCheckedFor { get; private init; }

    public static CheckedCaller Of(Caller caller) => new() { Caller = caller };

    public static CheckedCaller Refused(string reason) => new() { Reason = reason };

    public static CheckedCaller Unavailable(string reason, TimeSpan retryAfter) => new() { Reason = reason, RetryAfter = retryAfter };

    public static CheckedCaller NotChecked(TimeSpan retryAfter) => new() { Reason = "not checked: too many credentials from this address did not hold", NotCheckedFor = retryAfter };
}
