using System.Collections.Frozen;

namespace Vitrine.Guard.Policy;

/// <summary>
/// Permissions, each written <c>area:action:name</c> or <c>area:action:name@service</c>: <c>pprof:read:heap</c>, <c>pprof:read:*</c>, <c>pprof:raw:*</c> (without redaction), <c>metrics:read:*@shop</c>, <c>vars:read:*</c>,
/// <c>switch:read:*</c>, <c>switch:write:*</c>. A star stands for every name of its area and action, and for nothing else. Without a service it holds at all of them.
/// </summary>
public sealed class PermissionSet
{
    readonly FrozenDictionary<string, ServiceSet> _permissions;

    /// <summary>Nothing is permitted.</summary>
    public static PermissionSet None { get; } = new([]);

    /// <summary>The permissions given; none is implied beyond the star.</summary>
    public PermissionSet(IEnumerable<string> permissions) => _permissions = permissions
        .Select(PermissionGrammar.Split)
        .GroupBy(static one => one.Permission, StringComparer.Ordinal)
        .ToFrozenDictionary(static one => one.Key, static one => one.Any(static at => at.Service is null) ? ServiceSet.All : ServiceSet.Of(one.Select(static at => at.Service!)), StringComparer.Ordinal);

    /// <summary>All of them as they are written, sorted.</summary>
    public IEnumerable<string> All => _permissions
        .SelectMany(static one => one.Value.Names.Select(service => PermissionGrammar.Join(one.Key, service)).DefaultIfEmpty(one.Key))
        .Order(StringComparer.Ordinal);

    /// <summary>Whether <paramref name="permission"/> is among them, or covered by a star. Allocates nothing.</summary>
    /// <param name="permission">What is needed.</param>
    /// <param name="service">The service at which it is needed; <see cref="LookRequest.AnyService"/> = at one at least.</param>
    public bool Allows(in Permission permission, string service) =>
        (_permissions.TryGetValue(permission.Text, out var services) && services.Has(service)) || (_permissions.TryGetValue(permission.Star, out services) && services.Has(service));
}
