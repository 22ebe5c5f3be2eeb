using System.Collections.Frozen;

namespace Vitrine.Guard.Policy;

/// <summary>
/// Permissions, each written <c>area:action:name</c>: <c>pprof:read:heap</c>, <c>pprof:read:*</c>, <c>pprof:raw:*</c> (without redaction), <c>metrics:read:*</c>, <c>vars:read:*</c>,
/// <c>switch:read:*</c>, <c>switch:write:*</c>. A star stands for every name of its area and action, and for nothing else.
/// </summary>
public sealed class PermissionSet
{
    readonly FrozenSet<string> _permissions;

    /// <summary>Nothing is permitted.</summary>
    public static PermissionSet None { get; } = new([]);

    /// <summary>The permissions given; none is implied beyond the star.</summary>
    public PermissionSet(IEnumerable<string> permissions) => _permissions = permissions.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>All of them, sorted.</summary>
    public IEnumerable<string> All => _permissions.Order(StringComparer.Ordinal);

    /// <summary>Whether <paramref name="permission"/> is among them, or covered by a star. Allocates nothing.</summary>
    public bool Allows(in Permission permission) => _permissions.Contains(permission.Text) || _permissions.Contains(permission.Star);
}
