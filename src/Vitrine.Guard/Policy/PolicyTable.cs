using System.Collections.Frozen;

namespace Vitrine.Guard.Policy;

/// <summary>The policy in force: permissions by role. Immutable. What it does not know grants nothing.</summary>
public sealed class PolicyTable
{
    readonly FrozenDictionary<string, PermissionSet> _roles;

    PolicyTable(FrozenDictionary<string, PermissionSet> roles) => _roles = roles;

    /// <summary>The roles with what each may do, by name.</summary>
    public IEnumerable<KeyValuePair<string, PermissionSet>> Roles => _roles.OrderBy(static role => role.Key, StringComparer.Ordinal);

    /// <summary>The policy that the settings describe.</summary>
    /// <exception cref="GuardOptionsException">A role or a permission is not written as it must be.</exception>
    public static PolicyTable Create(PolicyOptions options)
    {
        var problems = new List<string>();
        var table = Read(options, problems);
        GuardOptionsException.ThrowIfAny(problems);
        return table;
    }

    /// <summary>The same, with what is wrong added to <paramref name="problems"/>; then the table is not to be used.</summary>
    internal static PolicyTable Read(PolicyOptions options, ICollection<string> problems)
    {
        ArgumentNullException.ThrowIfNull(options);
        var roles = new Dictionary<string, PermissionSet>(StringComparer.Ordinal);
        foreach (var (role, permissions) in ShippedRoles.Table)
        {
            if (options.ShippedRoles || role == ShippedRoles.Owner) roles[role] = new(permissions);
        }
        foreach (var (role, permissions) in options.Roles)
        {
            var key = $"Policy:Roles:{role}";
            if (!PermissionGrammar.IsRole(role))
                problems.Add($"{key}: the name of a role has letters, digits, dots, dashes and underscores, at most 64 of them.");
            if (permissions is not { Count: > 0 })
                problems.Add($"{key}: a role without permissions; write those it has, or leave the role out.");
            for (var i = 0; i < (permissions?.Count ?? 0); i++)
            {
                if (!PermissionGrammar.IsPermission(permissions![i])) problems.Add($"{key}:{i}: not a permission; {PermissionGrammar.Description}.");
            }
            roles[role] = new(permissions?.Where(static text => text is not null) ?? []);
        }
        return new(roles.ToFrozenDictionary(StringComparer.Ordinal));
    }

    /// <summary>Whether there is a role of this name.</summary>
    public bool Knows(string role) => _roles.ContainsKey(role);

    /// <summary>What roles and scopes add up to. A scope counts when it is written as a permission.</summary>
    public PermissionSet Sum(IReadOnlyCollection<string> roles, IReadOnlyCollection<string>? scopes = null)
    {
        if (roles.Count == 1 && scopes is not { Count: > 0 }) return _roles.GetValueOrDefault(roles.First(), PermissionSet.None);
        var permissions = new HashSet<string>(StringComparer.Ordinal);
        foreach (var role in roles)
        {
            if (_roles.TryGetValue(role, out var granted)) permissions.UnionWith(granted.All);
        }
        foreach (var scope in scopes ?? [])
        {
            if (PermissionGrammar.IsPermission(scope)) permissions.Add(scope);
        }
        return permissions.Count == 0 ? PermissionSet.None : new(permissions);
    }
}
