using Vitrine.Agent.Audit.Facts;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Audit.Checks;

/// <summary>VA031, VA032 and VA033: what the process may do to others.</summary>
sealed class PrivilegeCheck : IProcessCheck
{
    static readonly (int Bit, string Name)[] s_dangerous =
    [
        (CapabilitySet.DacOverride, "CAP_DAC_OVERRIDE"), (CapabilitySet.DacReadSearch, "CAP_DAC_READ_SEARCH"), (CapabilitySet.SysModule, "CAP_SYS_MODULE"), (CapabilitySet.SysRawIo, "CAP_SYS_RAWIO"),
        (CapabilitySet.SysPtrace, "CAP_SYS_PTRACE"), (CapabilitySet.SysAdmin, "CAP_SYS_ADMIN"), (CapabilitySet.PerfMon, "CAP_PERFMON"), (CapabilitySet.Bpf, "CAP_BPF"),
    ];

    public IEnumerable<AuditFinding> Of(ProcessFacts process, AuditView view)
    {
        var held = s_dangerous.Where(one => process.Security.Capabilities.Has(one.Bit)).Select(static one => one.Name).ToList();
        if (process.ContainerId is not null && !view.Machine.Viewer.InContainer && process.PidNamespace is { } its && its == view.Machine.FirstPidNamespace)
        {
            var reads = held.Contains("CAP_SYS_PTRACE");
            yield return new AuditFinding(AuditRules.HostPids, reads ? Severity.High : Severity.Medium, process.Subject,
                reads ? "its container sees the processes of the host and may look into them" : "its container sees the processes of the host",
                [new("it is in a container and in the pid namespace of the host's first process", process.Proc("ns/pid")), .. reads ? (Evidence[])[new("CAP_SYS_PTRACE is in force", process.Proc("status"))] : []],
                ["start the container without --pid=host (Docker, Podman), hostPID: true (Kubernetes)"]);
        }
        if (!process.IsTarget)
            yield break;
        if (process.Security.Uid == 0)
        {
            yield return new AuditFinding(AuditRules.RunsAsRoot, Severity.Medium, process.Subject, process.ContainerId is null ? "it runs as root" : "it runs as root in its container",
                [new("its effective user is 0", process.Proc("status"))], ["User= and DynamicUser= (systemd), USER in the image, runAsNonRoot: true (Kubernetes)"]);
        }
        // Root outside of a container has them all, which is said already.
        if (held.Count > 0 && (process.Security.Uid != 0 || process.ContainerId is not null))
        {
            yield return new AuditFinding(AuditRules.Capabilities, Severity.Medium, process.Subject, $"it has {string.Join(", ", held)}",
                [new($"CapEff has {string.Join(", ", held)}", process.Proc("status"))], ["CapabilityBoundingSet= (systemd), --cap-drop=ALL (Docker, Podman), capabilities.drop: [ALL] (Kubernetes), and add back what is needed"]);
        }
    }
}
