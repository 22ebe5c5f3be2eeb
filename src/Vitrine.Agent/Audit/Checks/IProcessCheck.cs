using Vitrine.Agent.Audit.Facts;

namespace Vitrine.Agent.Audit.Checks;

/// <summary>Looks at the facts of one process. Pure, except for those that ask listeners with --probe; safe for use by several threads.</summary>
interface IProcessCheck
{
    /// <summary>What it finds; usually nothing.</summary>
    IEnumerable<AuditFinding> Of(ProcessFacts process, AuditView view);
}
