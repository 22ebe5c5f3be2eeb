using Vitrine.Guard.Identity;

namespace Vitrine.Guard;

/// <summary>Somebody wants to look: what a door asks the guard.</summary>
public sealed record LookRequest
{
    /// <summary>The door: <c>http</c>, <c>grpc</c>, <c>unix</c>, <c>gate</c>.</summary>
    public required string Door { get; init; }

    /// <summary>For <see cref="Service"/>: one that there is not. No permission names it; who may do something at every service may do it there, and learns that there is none.</summary>
    public const string NoService = "?";

    /// <summary>For <see cref="Service"/>: one at least, whichever. For the question which services there are.</summary>
    public const string AnyService = "*";

    /// <summary>Which service is looked at: the upstream's name at a gate; <c>self</c> in process.</summary>
    public string Service { get; init; } = "self";

    /// <summary>What is looked at.</summary>
    public required LookSubject Subject { get; init; }

    /// <summary>How long the look wants to watch; zero for a look at one moment.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Whether the caller asks for the answer without redaction, for which there is a permission of its own.</summary>
    public bool IsRaw { get; init; }

    /// <summary>
    /// In which way, for looks that may be shared: two requests of one service, instrument and way that come at the same time get one answer (<see cref="LookPermit.Share{T}"/>). Everything that makes answers
    /// differ must be in it: format, parameters, <see cref="IsRaw"/>. Null: the look is this caller's alone.
    /// </summary>
    public string? Sharing { get; init; }

    /// <summary>For the audit log: how, in the caller's own words, such as the query. Untrusted; null when there is nothing to say.</summary>
    public string? How { get; init; }

    /// <summary>What the caller brought.</summary>
    public required Credentials Credentials { get; init; }
}
