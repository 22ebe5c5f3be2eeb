using System.Net;
using Vitrine.Agent.Audit.Facts;
using Vitrine.Agent.Survey;
using Vitrine.Instruments;

namespace Vitrine.Agent.Audit.Checks;

/// <summary>VA010: /debug/pprof/, Go's own or Vitrine's in a .NET service. Who may reach it, from the listener's address; whether it asks who they are, only when asking was asked for.</summary>
sealed class ProfilingCheck(Func<IPEndPoint, PprofAnswer>? ask = null) : IProcessCheck
{
    readonly Func<IPEndPoint, PprofAnswer> _ask = ask ?? PprofProbe.Ask;

    static readonly string[] s_fix =
    [
        "let the service's pprof listen on 127.0.0.1 or a Unix socket and put vitrine gate before it, which asks who it is, limits, redacts and records",
        "or leave net/http/pprof out: vitrine dump and vitrine record see a Go process from outside",
    ];

    public IEnumerable<AuditFinding> Of(ProcessFacts process, AuditView view)
    {
        if (process.Program.Runtime is null || process.Program is { Runtime: RuntimeKind.Go, HasPprof: false })
            yield break;
        var listeners = (process.Listening ?? []).Where(Reaches.IsTcp).ToList();
        var linked = process.Program.HasPprof == true ? new Evidence("the handlers of net/http/pprof are in the program", process.Proc("exe")) : null;
        var elsewhere = process.NetworkNamespace is null || process.NetworkNamespace != view.Machine.OwnNetworkNamespace;
        if (!view.Machine.Probes || elsewhere)
        {
            if (linked is not null && listeners.Count > 0)
            {
                yield return new AuditFinding(AuditRules.Profiling, Severity.Info, process.Subject, "it may answer /debug/pprof/: not asked",
                    [linked, .. listeners.Take(PprofProbe.MostListeners).Select(one => new Evidence($"it listens on {Reaches.Describe(one, process, view.Machine)}", Reaches.Source(one, process)))],
                    [elsewhere ? "it is in another network namespace: run vitrine audit --probe there (nsenter -n, or a container of its pod)" : "ask it: vitrine audit --probe sends one request for the index of the profiles"]);
            }
            yield break;
        }

        var open = 0;
        foreach (var listener in listeners.Take(PprofProbe.MostListeners))
        {
            var answer = _ask(listener.Local!);
            var where = Reaches.Describe(listener, process, view.Machine);
            var asked = $"GET /debug/pprof/ on {where}";
            if (answer == PprofAnswer.Open)
            {
                open++;
                var reach = Reaches.Of(listener, process);
                yield return new AuditFinding(AuditRules.Profiling, reach == Reach.Network ? Severity.High : Severity.Medium, process.Subject,
                    $"it answers /debug/pprof/ to whoever asks, {(reach == Reach.Network ? "also from other machines" : "on this machine")}",
                    [new("it gave the index of its profiles to a request that did not say who asks", asked), new($"it listens on {where}", Reaches.Source(listener, process)), .. linked is null ? (Evidence[])[] : [linked]],
                    s_fix);
            }
            else if (answer == PprofAnswer.AsksWho)
            {
                yield return new AuditFinding(AuditRules.Profiling, Severity.Info, process.Subject, "it asks who wants its profiles",
                    [new("it refused a request that did not say who asks", asked)], ["nothing to do, when that is meant"]);
            }
        }
        if (open == 0 && linked is not null)
        {
            yield return new AuditFinding(AuditRules.Profiling, Severity.Info, process.Subject, "net/http/pprof is in the program, and no listener answers with it",
                [linked, new($"none of its {listeners.Count} TCP listeners gave the index in plain HTTP", "GET /debug/pprof/")], [s_fix[1]]);
        }
    }
}
