using Vitrine.Agent.Audit.Facts;

namespace Vitrine.Agent.Audit.Checks;

/// <summary>VA011: expvar. Never asked, not even with --probe: its page stops the world of the process to count its memory.</summary>
sealed class ExpvarCheck : IProcessCheck
{
    public IEnumerable<AuditFinding> Of(ProcessFacts process, AuditView view)
    {
        if (process.Program.HasExpvar != true || process.Listening is null || !process.Listening.Any(Reaches.IsTcp))
            yield break;
        yield return new AuditFinding(AuditRules.Expvar, Severity.Info, process.Subject, "it may answer /debug/vars: not asked, since the answer stops the world of the process",
            [new("the handler of expvar is in the program; where /debug/pprof/ of the default mux answers, /debug/vars does", process.Proc("exe"))],
            ["do not import expvar where the default mux is served, or serve it on 127.0.0.1 behind vitrine gate"]);
    }
}
