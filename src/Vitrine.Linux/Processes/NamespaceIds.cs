namespace Vitrine.Linux.Processes;

/// <summary>Inode numbers of a process's namespaces (/proc/PID/ns/*); null where the viewer may not look.</summary>
/// <param name="Pid">pid namespace.</param>
/// <param name="Mount">mount namespace.</param>
/// <param name="Network">network namespace.</param>
/// <param name="User">user namespace.</param>
/// <param name="Cgroup">cgroup namespace.</param>
public sealed record NamespaceIds(ulong? Pid, ulong? Mount, ulong? Network, ulong? User, ulong? Cgroup);
