using Vitrine.Guard.Identity;

namespace Vitrine.Guard;

/// <summary>Somebody wants to look: what a door asks the guard.</summary>
public sealed record LookRequest
{
    /// <summary>The door: <c>http</c>, <c>grpc</c>, <c>unix</c>, <c>gate</c>.</summary>
    public required string Door { get; init; }

    /// <summary>Which service is looked at: the upstream's name at a gate; <c>self</c> in process.</summary>
    public string Service { get; init; } = "self";

    /// <summary>What is looked at.</summary>
    public required LookSubject Subject { get; init; }

    /// <summary>How long the look wants to watch; zero for a look at one moment.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>What the caller brought.</summary>
    public required Credentials Credentials { get; init; }
}
