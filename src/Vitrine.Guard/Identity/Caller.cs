namespace Vitrine.Guard.Identity;

/// <summary>Somebody whom the guard knows. Immutable, and the same instance for the same credentials while they are valid, so that limits and caches can go by it.</summary>
public sealed record Caller
{
    /// <summary>The name in the audit log: <c>sub</c> of a token, subject of a certificate, <c>uid:1000</c>, <c>local</c>. Bounded, printable; untrusted text all the same.</summary>
    public required string Name { get; init; }

    /// <summary>By what it is known.</summary>
    public required CallerKind Kind { get; init; }

    /// <summary>The roles, by the names of the policy; what the policy does not know is not here.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];

    /// <summary>The permissions that the roles and scopes add up to.</summary>
    public required Policy.PermissionSet Permissions { get; init; }

    /// <summary>When this knowledge ends (the token's or certificate's expiry); null = it does not end by itself. A look in progress ends with it.</summary>
    public DateTimeOffset? ValidUntil { get; init; }
}
