using Vitrine.Agent.Audit.Facts;

namespace Vitrine.Agent.Audit.Checks;

/// <summary>VA012: the agent of gops, by its port file and the kernel's list of listeners. Never asked: every byte that is sent to it is a command.</summary>
sealed class GopsCheck : IProcessCheck
{
    public IEnumerable<AuditFinding> Of(ProcessFacts process, AuditView view)
    {
        if (process.Program.HasGops != true)
            yield break;
        var linked = new Evidence("the agent of gops is in the program", process.Proc("exe"));
        var listener = process.GopsPort is { } port ? (process.Listening ?? []).FirstOrDefault(one => Reaches.IsTcp(one) && one.Local?.Port == port) : null;
        if (listener is null)
        {
            yield return new AuditFinding(AuditRules.Gops, Severity.Info, process.Subject, "the agent of gops is in the program, and no listener of it was found",
                [linked], ["leave the agent out of production builds"]);
            yield break;
        }
        var reach = Reaches.Of(listener, process);
        yield return new AuditFinding(AuditRules.Gops, reach == Reach.Network ? Severity.High : Severity.Medium, process.Subject, $"a gops agent listens {(reach == Reach.Network ? "beyond this machine" : "on this machine")}",
            [linked, new($"its port file says {process.GopsPort}", "gops' folder of configuration"), new($"it listens on {Reaches.Describe(listener, process, view.Machine)}", Reaches.Source(listener, process)),
                new("the agent asks nobody who they are: its protocol has no such question", "documentation of gops")],
            ["leave the agent out of production builds; vitrine ps, dump and mem show the same from outside"]);
    }
}
