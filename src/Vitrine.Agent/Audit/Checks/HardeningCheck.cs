using System.Globalization;
using Vitrine.Agent.Audit.Facts;

namespace Vitrine.Agent.Audit.Checks;

/// <summary>VA030, VA034, VA035 and VA036: what the kernel would still refuse to whoever takes the process over.</summary>
sealed class HardeningCheck : IProcessCheck
{
    public IEnumerable<AuditFinding> Of(ProcessFacts process, AuditView view)
    {
        if (!process.IsTarget)
            yield break;
        // A program that takes core dumps gets them whatever the limit is.
        if (process.CoreLimit is { Soft: > 0 } limit && view.Machine.Settings.CorePattern is { Length: > 0 } pattern && pattern[0] != '|')
        {
            yield return new AuditFinding(AuditRules.CoreLimit, Severity.Low, process.Subject, "a crash writes its memory to a file",
                [new($"its limit of core files is {(limit.Soft == ulong.MaxValue ? "unlimited" : limit.Soft.ToString(CultureInfo.InvariantCulture) + " bytes")}", process.Proc("limits")),
                    new($"core dumps go to {Shown.Text(pattern)}", "/proc/sys/kernel/core_pattern")],
                ["LimitCORE=0 (systemd), --ulimit core=0 (Docker, Podman), ulimit -c 0 (a shell)"]);
        }
        if (process.Security.NoNewPrivileges == false)
        {
            yield return new AuditFinding(AuditRules.NoNewPrivileges, Severity.Low, process.Subject, "it may gain privileges by starting a set-uid program",
                [new("NoNewPrivs is 0", process.Proc("status"))], ["NoNewPrivileges=yes (systemd), --security-opt no-new-privileges (Docker, Podman), allowPrivilegeEscalation: false (Kubernetes)"]);
        }
        if (process.Security.SeccompMode == 0)
        {
            yield return new AuditFinding(AuditRules.Seccomp, Severity.Low, process.Subject, "no filter of system calls is in force",
                [new("Seccomp is 0", process.Proc("status"))], ["SystemCallFilter=@system-service (systemd), seccompProfile.type: RuntimeDefault (Kubernetes); Docker and Podman have one unless it was switched off"]);
        }
        if (process.Dumpable is { IsDumpable: true } dumpable)
        {
            yield return new AuditFinding(AuditRules.Dumpable, Severity.Info, process.Subject, "programs of its own user may read its memory, as far as ptrace_scope allows",
                [new($"inferred: {dumpable.InferredFrom}", "statx")], ["prctl(PR_SET_DUMPABLE, 0) in a service that holds keys; then only root looks into it, Vitrine included"]);
        }
    }
}
