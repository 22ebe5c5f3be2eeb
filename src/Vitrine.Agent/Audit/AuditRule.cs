using Vitrine.Agent.Audit.Clauses;

namespace Vitrine.Agent.Audit;

/// <summary>What one check looks for. The identifier never changes its meaning: suppressions and dashboards go by it.</summary>
/// <param name="Id">Such as <c>VA001</c>.</param>
/// <param name="Name">The same for people who read SARIF: <c>DebuggerAttached</c>.</param>
/// <param name="Title">What is wrong, in a line.</param>
/// <param name="Why">What somebody could do with it.</param>
/// <param name="Worst">The highest severity that a finding of this rule has.</param>
/// <param name="Clauses">The clauses that it touches.</param>
sealed record AuditRule(string Id, string Name, string Title, string Why, Severity Worst, IReadOnlyList<Clause> Clauses);
