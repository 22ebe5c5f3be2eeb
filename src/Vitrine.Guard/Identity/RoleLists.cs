using System.Collections.Frozen;
using Vitrine.Guard.Policy;

namespace Vitrine.Guard.Identity;

/// <summary>Reads roles out of the settings.</summary>
static class RoleLists
{
    /// <summary>The roles at <paramref name="key"/>, each of which the policy must know.</summary>
    public static string[] Read(IList<string> roles, string key, PolicyTable policy, ICollection<string> problems)
    {
        if (roles.Count == 0) problems.Add($"{key}: empty, so that the entry grants nothing; name roles of the policy, or leave the entry out.");
        for (var i = 0; i < roles.Count; i++)
        {
            if (roles[i] is null || !policy.Knows(roles[i]))
                problems.Add($"{key}:{i}: the policy has no such role; it has {string.Join(", ", policy.Roles.Select(static role => role.Key))}.");
        }
        return [.. roles.Where(static role => role is not null).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Roles by value of a token.</summary>
    public static FrozenDictionary<string, string[]> ReadMap(IList<RoleMapOptions> map, string key, PolicyTable policy, ICollection<string> problems)
    {
        var roles = new Dictionary<string, string[]>(StringComparer.Ordinal);
        for (var i = 0; i < map.Count; i++)
        {
            if (string.IsNullOrEmpty(map[i].Value)) problems.Add($"{key}:{i}:Value: empty; write the value that the token has.");
            else if (!roles.TryAdd(map[i].Value, Read(map[i].Roles, $"{key}:{i}:Roles", policy, problems))) problems.Add($"{key}:{i}:Value: twice in the list; write all of its roles in one entry.");
        }
        return roles.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
