namespace Vitrine.Guard.Policy;

/// <summary>Which role may do what: the section <c>Policy</c> of the guard's settings.</summary>
public sealed class PolicyOptions
{
    /// <summary>Permissions by role: <c>Policy:Roles:sre:0 = pprof:read:*</c>, <c>pprof:read:*@shop</c> for one service only. A role that is shipped (<see cref="ShippedRoles"/>) and named here is what is written here, not both.</summary>
    public IDictionary<string, IList<string>> Roles { get; } = new Dictionary<string, IList<string>>(StringComparer.Ordinal);

    /// <summary>What is wrong where permissions are for services: a sentence with its key for each name that no service has.</summary>
    /// <param name="services">The services that there are.</param>
    public IReadOnlyList<string> UnknownServices(IReadOnlyCollection<string> services)
    {
        var problems = new List<string>();
        foreach (var (role, permissions) in Roles)
        {
            for (var i = 0; i < (permissions?.Count ?? 0); i++)
            {
                if (permissions![i] is { } text && PermissionGrammar.Split(text).Service is { } service && !services.Contains(service, StringComparer.Ordinal))
                    problems.Add($"Policy:Roles:{role}:{i}: there is no service {service}; there {(services.Count == 1 ? "is" : "are")} {string.Join(", ", services.Order(StringComparer.Ordinal))}.");
            }
        }
        return problems;
    }

    /// <summary>Whether the shipped roles exist, as far as <see cref="Roles"/> does not name them. Without them only <c>owner</c> is left, which stands for this machine's own callers.</summary>
    public bool ShippedRoles { get; set; } = true;
}
