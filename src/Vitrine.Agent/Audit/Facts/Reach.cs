namespace Vitrine.Agent.Audit.Facts;

/// <summary>Who can reach a listener at all, by its address alone. A firewall may still stand before it: the kernel's packet filter is not read.</summary>
enum Reach
{
    /// <summary>Nobody beside the process's own user (and root).</summary>
    OwnUser,

    /// <summary>Every user of this machine, or of the container that it is in.</summary>
    Machine,

    /// <summary>Other machines.</summary>
    Network,
}
