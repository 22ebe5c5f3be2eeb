namespace Vitrine.Agent.Audit;

/// <summary>
/// How bad a finding is, by what it opens and to whom, not by feeling. docs/verbs/audit.md has the rule in words.
/// <list type="bullet">
/// <item><description>Critical: from another machine, without proof of who asks: control over a process or its memory.</description></item>
/// <item><description>High: from another machine, without such proof: what a process does; or from another user of this machine: control, memory or a secret; or a debugger holds a process now.</description></item>
/// <item><description>Medium: from another user of this machine, without proof: what a process does; or control over a process for any program of its own user, beyond what every process allows.</description></item>
/// <item><description>Low: a layer of protection is missing, and nothing is open by that alone.</description></item>
/// <item><description>Info: good to know.</description></item>
/// </list>
/// </summary>
enum Severity
{
    Info,
    Low,
    Medium,
    High,
    Critical,
}
