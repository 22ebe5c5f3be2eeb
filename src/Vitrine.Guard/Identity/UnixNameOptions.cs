namespace Vitrine.Guard.Identity;

/// <summary>A user or a group with its roles.</summary>
public sealed class UnixNameOptions
{
    /// <summary>The number, or the name as <c>/etc/passwd</c> or <c>/etc/group</c> has it when the settings are read. Users of a directory service have to be given by number.</summary>
    public string Name { get; set; } = "";

    /// <summary>Roles of the policy.</summary>
    public IList<string> Roles { get; } = [];
}
