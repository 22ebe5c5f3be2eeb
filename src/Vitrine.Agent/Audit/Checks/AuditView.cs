using Vitrine.Agent.Audit.Facts;

namespace Vitrine.Agent.Audit.Checks;

/// <summary>What a check of one process may look at beside that process.</summary>
sealed class AuditView
{
    readonly ILookup<int, ProcessFacts> _byTracer;
    readonly ILookup<int, ProcessFacts> _byParent;
    readonly Dictionary<int, ProcessFacts> _byPid;

    public AuditView(MachineFacts machine, IReadOnlyCollection<ProcessFacts> processes)
    {
        Machine = machine;
        _byPid = processes.ToDictionary(static one => one.Pid);
        _byTracer = processes.Where(static one => one.Security.TracerPid > 0).ToLookup(static one => one.Security.TracerPid);
        _byParent = processes.ToLookup(static one => one.Security.ParentPid);
    }

    public MachineFacts Machine { get; }

    public ProcessFacts? Process(int pid) => _byPid.GetValueOrDefault(pid);

    public IEnumerable<ProcessFacts> TracedBy(int pid) => _byTracer[pid];

    public IEnumerable<ProcessFacts> ChildrenOf(int pid) => _byParent[pid];
}
