namespace Vitrine.Guard.Identity;

/// <summary>A value that a token has, and the roles that it stands for. A list rather than a dictionary, because keys of configurations cannot have colons.</summary>
public sealed class RoleMapOptions
{
    /// <summary>The value in the token, compared letter by letter.</summary>
    public string Value { get; set; } = "";

    /// <summary>Roles of the policy.</summary>
    public IList<string> Roles { get; } = [];
}
