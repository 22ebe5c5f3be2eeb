namespace Vitrine.Guard.Identity;

/// <summary>Users of this machine, by the kernel's word about the other end of a Unix socket: the section <c>Identity:UnixPeers</c>.</summary>
public sealed class UnixPeerOptions
{
    /// <summary>Whether root and the user of this process have the role <c>owner</c>. Both could read this process's memory in any case.</summary>
    public bool Owner { get; set; } = true;

    /// <summary>Users and their roles.</summary>
    public IList<UnixNameOptions> Users { get; } = [];

    /// <summary>Groups and their roles. What counts is the group that the caller's process runs as, not the others that its user is in: the kernel names only that one.</summary>
    public IList<UnixNameOptions> Groups { get; } = [];
}
