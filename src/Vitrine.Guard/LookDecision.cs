using Vitrine.Guard.Identity;
using Vitrine.Guard.Limits;

namespace Vitrine.Guard;

/// <summary>What the guard has decided about one look, as a value: what follows from it (a permit, a refusal, a record) is made of it afterwards.</summary>
readonly struct LookDecision
{
    /// <summary>No place is held.</summary>
    public const int NoPlace = -1;

    /// <summary>Who looks; null where nobody known does.</summary>
    public Caller? Caller { get; init; }

    /// <summary>Where the decision ended; none = the look may begin.</summary>
    public RefusalReason Reason { get; init; }

    /// <summary>For <see cref="RefusalReason.Unknown"/>: the words for the caller, and those for the audit log.</summary>
    public Refusal? Refusal { get; init; }

    /// <summary>The same for the audit log.</summary>
    public string? PrivateReason { get; init; }

    /// <summary>When asking again makes sense.</summary>
    public TimeSpan RetryAfter { get; init; }

    /// <summary>The place that is held by this caller alone.</summary>
    public int Place { get; init; }

    /// <summary>The look that is held together with others.</summary>
    public SharedLook? Shared { get; init; }

    /// <summary>Whether that was there before this caller came.</summary>
    public bool HasJoined { get; init; }

    /// <summary>Whether the look may begin.</summary>
    public bool IsAllowed => Reason == RefusalReason.None;

    /// <summary>A refusal of somebody known.</summary>
    public static LookDecision No(Caller caller, RefusalReason reason, TimeSpan retryAfter = default) => new() { Caller = caller, Reason = reason, RetryAfter = retryAfter, Place = NoPlace };
}
