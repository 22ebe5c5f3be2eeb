using Vitrine.Agent.Audit.Facts;

namespace Vitrine.Agent.Audit.Checks;

/// <summary>Looks at the facts of the machine. Pure.</summary>
interface IMachineCheck
{
    /// <summary>What it finds; usually nothing.</summary>
    IEnumerable<AuditFinding> Of(MachineFacts machine);
}
