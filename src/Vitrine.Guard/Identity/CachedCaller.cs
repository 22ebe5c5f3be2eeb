namespace Vitrine.Guard.Identity;

/// <summary>One entry of <see cref="CallerCache"/>. Immutable.</summary>
sealed class CachedCaller
{
    /// <summary>The hash of the credentials.</summary>
    public required byte[] Hash { get; init; }

    /// <summary>Who brought them.</summary>
    public required Caller Caller { get; init; }

    /// <summary>When they have to be checked again.</summary>
    public required DateTimeOffset KnownUntil { get; init; }

    /// <summary>The keys that they were checked with: with other keys in force the entry counts no more. Null where there are none.</summary>
    public object? Keys { get; init; }

    /// <summary>SHA-256 of the certificate that a token is bound to; null when it is not bound.</summary>
    public byte[]? BoundTo { get; init; }

    /// <summary>The caller of before when nothing about it has changed, so that limits that go by the instance go on.</summary>
    public static Caller KeepInstance(Caller? before, Caller now) =>
        before is not null && before.Name == now.Name && before.Kind == now.Kind && before.ValidUntil == now.ValidUntil && before.Roles.SequenceEqual(now.Roles, StringComparer.Ordinal)
        && before.Permissions.All.SequenceEqual(now.Permissions.All, StringComparer.Ordinal) ? before : now;
}
