namespace Vitrine.Guard.Policy;

/// <summary>Which role may do what: the section <c>Policy</c> of the guard's settings.</summary>
public sealed class PolicyOptions
{
    /// <summary>Permissions by role: <c>Policy:Roles:sre:0 = pprof:read:*</c>. A role that is shipped (<see cref="ShippedRoles"/>) and named here is what is written here, not both.</summary>
    public IDictionary<string, IList<string>> Roles { get; } = new Dictionary<string, IList<string>>(StringComparer.Ordinal);

    /// <summary>Whether the shipped roles exist, as far as <see cref="Roles"/> does not name them. Without them only <c>owner</c> is left, which stands for this machine's own callers.</summary>
    public bool ShippedRoles { get; set; } = true;
}
