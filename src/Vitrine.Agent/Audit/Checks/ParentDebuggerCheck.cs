using Vitrine.Agent.Audit.Facts;

namespace Vitrine.Agent.Audit.Checks;

/// <summary>VA003, seen from the service: it was started by a debugger (<c>dlv exec</c>), and VA004: it was built for one.</summary>
sealed class ParentDebuggerCheck : IProcessCheck
{
    public IEnumerable<AuditFinding> Of(ProcessFacts process, AuditView view)
    {
        // While it is traced VA001 says more.
        if (process.Tracer is null && view.Process(process.Security.ParentPid) is { } parent && DebuggerTool.Of(parent) is { } tool && DebuggerTool.Of(process) is null)
        {
            yield return new AuditFinding(AuditRules.DebuggerRuns, Severity.Medium, process.Subject, $"it was started by {tool.Name} (pid {parent.Pid})",
                [new($"its parent is process {parent.Pid}", process.Proc("status")), tool.How], ["start it by itself: under a service manager, or by its container's entry point"]);
        }
        if (process.Program.DebugFlags is not null)
        {
            yield return new AuditFinding(AuditRules.DebugBuild, Severity.Info, process.Subject, "it was built without optimisations, for a debugger",
                [new("its build information has -gcflags with -N or -l", process.Proc("exe"))], ["build it without -gcflags; a debugger can wait for a build of its own"]);
        }
    }
}
