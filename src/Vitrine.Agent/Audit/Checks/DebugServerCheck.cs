using Vitrine.Agent.Audit.Facts;
using Vitrine.Linux.Sockets;

namespace Vitrine.Agent.Audit.Checks;

/// <summary>VA002: a debugger that takes connections. VA003: one that does not.</summary>
sealed class DebugServerCheck : IProcessCheck
{
    /// <summary>Processes that are named as traced in one finding.</summary>
    const int MostNamed = 5;

    public IEnumerable<AuditFinding> Of(ProcessFacts process, AuditView view)
    {
        if (DebuggerTool.Of(process) is not { } tool)
            yield break;
        var listening = (process.Listening ?? []).Where(static one => Reaches.IsTcp(one) || one.Path is not null).ToList();
        var attached = view.TracedBy(process.Pid).ToList();
        var evidence = new List<Evidence> { tool.How };
        if (attached.Count > 0)
            evidence.Add(new($"it is attached to {string.Join(", ", attached.Take(MostNamed).Select(static one => $"{Shown.Text(one.Name)} (pid {one.Pid})"))}{(attached.Count > MostNamed ? $" and {attached.Count - MostNamed} more" : "")}", attached[0].Proc("status")));
        var started = view.ChildrenOf(process.Pid).Where(one => one.Security.TracerPid != process.Pid).ToList();
        if (started.Count > 0)
            evidence.Add(new($"it started {string.Join(", ", started.Take(MostNamed).Select(static one => $"{Shown.Text(one.Name)} (pid {one.Pid})"))}", started[0].Proc("status")));
        if (tool.Server is { Options.Count: > 0 } options)
            evidence.Add(new($"its options: {string.Join(' ', options.Options)}", process.Proc("cmdline")));

        if (listening.Count > 0)
            yield return Listens(process, view.Machine, tool, listening, evidence);
        // Its sockets may not be seen: the command line is the next best thing.
        else if (process.Listening is null && tool.Server is { } server)
            yield return new AuditFinding(AuditRules.DebugServer, IsEverywhere(server.Address) ? Severity.Critical : Severity.High, process.Subject, $"{tool.Name} listens, by its command line",
                [.. evidence, new($"it was told to listen on {server.Address ?? "a port of its own choice"}; its sockets may not be seen", process.Proc("cmdline"))], Fix(process));
        else
            yield return new AuditFinding(AuditRules.DebuggerRuns, attached.Count > 0 || started.Count > 0 ? Severity.Medium : Severity.Low, process.Subject, $"{tool.Name} runs", evidence, Fix(process));
    }

    static AuditFinding Listens(ProcessFacts process, MachineFacts machine, DebuggerTool tool, List<SocketInfo> listening, List<Evidence> evidence)
    {
        var worst = listening.Max(one => Reaches.Of(one, process));
        // On loopback Delve asks the kernel whose connection it is and takes its own user's only, unless told otherwise: https://github.com/go-delve/delve/blob/master/Documentation/usage/dlv.md, --only-same-user
        var sameUserOnly = tool.Name.StartsWith("dlv", StringComparison.Ordinal) && tool.Server?.Options.Contains("--only-same-user=false") != true;
        var severity = worst switch
        {
            Reach.Network => Severity.Critical,
            Reach.Machine => sameUserOnly && listening.TrueForAll(static one => Reaches.IsTcp(one)) ? Severity.Medium : Severity.High,
            _ => Severity.Medium,
        };
        foreach (var one in listening)
            evidence.Add(new($"it listens on {Reaches.Describe(one, process, machine)}", Reaches.Source(one, process)));
        evidence.Add(severity == Severity.Medium
            ? new("it takes connections of its own user only", "documentation of the debugger")
            : new("it asks nobody who they are: its protocol has no such question", "documentation of the debugger"));
        return new AuditFinding(AuditRules.DebugServer, severity, process.Subject, $"{tool.Name} listens {(worst == Reach.Network ? "beyond this machine" : "on this machine")}", evidence, Fix(process));
    }

    static bool IsEverywhere(string? address) => address is not null && (address.StartsWith(':') || address.StartsWith('*') || address.StartsWith("0.0.0.0:", StringComparison.Ordinal) || address.StartsWith("[::]:", StringComparison.Ordinal));

    static IReadOnlyList<string> Fix(ProcessFacts process) =>
        [$"end it: kill {process.Pid}", "take debuggers out of production images; vitrine dump, record and latency answer the same questions and stop nothing"];
}
