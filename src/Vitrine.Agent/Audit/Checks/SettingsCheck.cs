using System.Globalization;
using Vitrine.Agent.Audit.Facts;

namespace Vitrine.Agent.Audit.Checks;

/// <summary>VA020 to VA023 and VA025: settings of the kernel that decide who may look into whom.</summary>
sealed class SettingsCheck : IMachineCheck
{
    public IEnumerable<AuditFinding> Of(MachineFacts machine)
    {
        var settings = machine.Settings;
        if (settings.PtraceScope is null or 0)
        {
            yield return Finding(AuditRules.PtraceScope, Severity.Medium,
                settings.PtraceScope is null ? "the kernel has no yama: programs of one user may attach to each other" : "kernel.yama.ptrace_scope is 0: programs of one user may attach to each other",
                settings.PtraceScope is null ? "there is no such file" : "it is 0", "kernel/yama/ptrace_scope",
                "sysctl -w kernel.yama.ptrace_scope=2, and the same in /etc/sysctl.d (a kernel without yama needs CONFIG_SECURITY_YAMA)");
        }
        if (settings.PerfEventParanoid is < 2 and var paranoid)
            yield return Setting(AuditRules.PerfEvents, paranoid < 1 ? Severity.Medium : Severity.Low, "kernel.perf_event_paranoid", paranoid, 2);
        if (settings.UnprivilegedBpfDisabled == 0)
            yield return Setting(AuditRules.UnprivilegedBpf, Severity.Medium, "kernel.unprivileged_bpf_disabled", 0, 2);
        if (settings.KernelPointersRestricted == 0)
            yield return Setting(AuditRules.KernelPointers, Severity.Low, "kernel.kptr_restrict", 0, 1);
        if (settings.SetUidDumpable == 1)
            yield return Setting(AuditRules.SetUidDumps, Severity.High, "fs.suid_dumpable", 1, 0);
    }

    static AuditFinding Setting(AuditRule rule, Severity severity, string name, int value, int better) =>
        Finding(rule, severity, string.Create(CultureInfo.InvariantCulture, $"{name} is {value}"), string.Create(CultureInfo.InvariantCulture, $"it is {value}"), name.Replace('.', '/'),
            string.Create(CultureInfo.InvariantCulture, $"sysctl -w {name}={better}, and the same in /etc/sysctl.d"));

    static AuditFinding Finding(AuditRule rule, Severity severity, string title, string statement, string file, string fix) =>
        new(rule, severity, AuditSubject.Machine, title, [new(statement, "/proc/sys/" + file)], [fix]);
}
