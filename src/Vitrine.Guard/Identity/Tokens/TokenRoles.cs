using System.Collections.Frozen;
using System.Text.Json;
using Vitrine.Guard.Policy;

namespace Vitrine.Guard.Identity.Tokens;

/// <summary>Roles and permissions of a token's claims, by the settings.</summary>
sealed class TokenRoles
{
    readonly PolicyTable _policy;
    readonly string[] _claims;
    readonly FrozenDictionary<string, string[]> _map;
    readonly FrozenDictionary<string, string[]> _scopes;
    readonly bool _scopesArePermissions;

    public TokenRoles(JwtOptions options, PolicyTable policy, ICollection<string> problems)
    {
        _policy = policy;
        _claims = options.RoleClaims.Count == 0 ? ["roles"] : [.. options.RoleClaims];
        _map = RoleLists.ReadMap(options.RoleMap, "Identity:Jwt:RoleMap", policy, problems);
        _scopes = RoleLists.ReadMap(options.ScopeMap, "Identity:Jwt:ScopeMap", policy, problems);
        _scopesArePermissions = options.ScopesArePermissions;
    }

    /// <summary>What the claims grant. Values that mean nothing here are passed over.</summary>
    public (string[] Roles, PermissionSet Permissions) Of(JsonElement claims)
    {
        var roles = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var value in _claims.SelectMany(name => TokenClaims.Values(claims, name)))
        {
            if (_map.Count > 0) roles.UnionWith(_map.GetValueOrDefault(value, []));
            else if (value != ShippedRoles.Owner && _policy.Knows(value)) roles.Add(value);
        }
        var scopes = new HashSet<string>(StringComparer.Ordinal);
        foreach (var scope in TokenClaims.Scopes(claims))
        {
            roles.UnionWith(_scopes.GetValueOrDefault(scope, []));
            if (_scopesArePermissions) scopes.Add(scope);
        }
        return ([.. roles], _policy.Sum(roles, scopes));
    }
}
