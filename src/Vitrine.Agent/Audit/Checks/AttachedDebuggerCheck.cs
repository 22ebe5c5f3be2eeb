using Vitrine.Agent.Audit.Facts;

namespace Vitrine.Agent.Audit.Checks;

/// <summary>VA001: somebody traces the process now.</summary>
sealed class AttachedDebuggerCheck : IProcessCheck
{
    public IEnumerable<AuditFinding> Of(ProcessFacts process, AuditView view)
    {
        if (process.Tracer is not { } tracer)
            yield break;
        var evidence = new List<Evidence> { new($"its tracer is process {tracer.Pid}", process.Proc("status")) };
        if (tracer.CommandName is { } name)
            evidence.Add(new($"process {tracer.Pid} is {Shown.Text(name)}{(tracer.Uid is { } uid ? $", user {uid}" : "")}", $"/proc/{tracer.Pid}/status"));
        else
            evidence.Add(new($"process {tracer.Pid} ended meanwhile", $"/proc/{tracer.Pid}"));
        if (view.Process(tracer.Pid) is { } known && DebuggerTool.Of(known) is { } tool)
            evidence.Add(tool.How);
        yield return new AuditFinding(AuditRules.DebuggerAttached, Severity.High, process.Subject,
            $"{Shown.Text(tracer.CommandName ?? "a debugger that has ended")} (pid {tracer.Pid}) is attached", evidence,
            [$"end the debugger's session in order (detach), or: kill {tracer.Pid}", "sysctl kernel.yama.ptrace_scope=2   keeps all but root from attaching again"]);
    }
}
