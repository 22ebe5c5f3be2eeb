using Vitrine.Agent.Audit.Facts;

namespace Vitrine.Agent.Audit.Checks;

/// <summary>VA024: where the kernel sends the memory of a process that crashed.</summary>
sealed class CorePatternCheck : IMachineCheck
{
    public IEnumerable<AuditFinding> Of(MachineFacts machine)
    {
        if (machine.Settings.CorePattern is not { Length: > 0 } pattern)
            yield break;
        var read = new Evidence($"it is {Shown.Text(pattern)}", "/proc/sys/kernel/core_pattern");
        if (machine.CoreHandler is { } handler)
        {
            if (handler.Rights is { } rights && (rights.OthersMayWrite || rights.GroupMayWrite && rights.Uid != 0 || rights.Uid != 0))
            {
                yield return Finding(Severity.High, "the program that the kernel hands core dumps to, as root, can be changed by others",
                    [read, new($"{Shown.Text(handler.Path)} has mode {rights.Octal} and belongs to user {rights.Uid}", "statx")], $"chown root {Shown.Text(handler.Path)} && chmod 0755 {Shown.Text(handler.Path)}");
                yield break;
            }
            yield return Finding(Severity.Info, "core dumps go to a program", [read], "see to it that what it keeps is readable by administrators only (systemd-coredump: /var/lib/systemd/coredump)");
        }
        else if (machine.CoreFolder is { } folder)
        {
            var open = folder.Rights is { OthersMayWrite: true };
            yield return Finding(open ? Severity.Medium : Severity.Info, open ? "core dumps go to a folder that everybody may write to" : "core dumps go to a folder",
                [read, .. folder.Rights is { } rights ? (Evidence[])[new($"{Shown.Text(folder.Path)} has mode {rights.Octal} and belongs to user {rights.Uid}", "statx")] : []],
                "let core dumps go to a folder of root's with mode 0700, or to systemd-coredump");
        }
        else if (pattern[0] != '|')
        {
            yield return Finding(Severity.Low, "core dumps go to the working folder of whoever crashes", [read], "sysctl -w kernel.core_pattern='|/bin/false', or a program such as systemd-coredump that keeps them from others");
        }
    }

    static AuditFinding Finding(Severity severity, string title, IReadOnlyList<Evidence> evidence, string fix) => new(AuditRules.CorePattern, severity, AuditSubject.Machine, title, evidence, [fix]);
}
