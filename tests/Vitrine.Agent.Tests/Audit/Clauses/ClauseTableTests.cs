using System.Text.RegularExpressions;
using Vitrine.Agent.Audit;
using Vitrine.Agent.Audit.Clauses;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Audit.Clauses;

public sealed partial class ClauseTableTests
{
    [Fact]
    public void Rules_OfTheAudit_CiteClausesOfTheTableOnly()
    {
        Assert.All(AuditRules.All, static rule => Assert.All(rule.Clauses, static clause => Assert.Contains(clause, ClauseTable.All)));
        Assert.All(AuditRules.All, static rule => Assert.NotEmpty(rule.Clauses));
        Assert.Equal(AuditRules.All.Count, AuditRules.All.Select(static rule => rule.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.All(AuditRules.All, static rule => Assert.Matches("^VA[0-9]{3}$", rule.Id));
    }

    [Fact]
    public void All_OfTheTable_IsWhatTheTypeDeclares()
    {
        var declared = typeof(ClauseTable).GetProperties().Where(static one => one.PropertyType == typeof(Clause)).Select(static one => (Clause)one.GetValue(null)!).ToHashSet();
        Assert.Equal(declared, [.. ClauseTable.All]);
        var rules = typeof(AuditRules).GetProperties().Where(static one => one.PropertyType == typeof(AuditRule)).Select(static one => (AuditRule)one.GetValue(null)!).ToHashSet();
        Assert.Equal(rules, [.. AuditRules.All]);
    }

    [Fact]
    public void Page_OfTheVerb_HasTheSameTable()
    {
        var page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "verbs", "audit.md"));
        var rows = ClauseRow().Matches(page).Select(static match => (match.Groups["standard"].Value, match.Groups["number"].Value, match.Groups["subject"].Value, match.Groups["rules"].Value)).ToList();
        var expected = ClauseTable.All.Select(static clause => ($"{clause.Standard.Name} {clause.Standard.Version}", clause.Number, clause.Subject,
            string.Join(", ", AuditRules.All.Where(rule => rule.Clauses.Contains(clause)).Select(static rule => rule.Id)))).ToList();
        Assert.Equal(expected, rows);
    }

    [Fact]
    public void Page_OfTheVerb_HasEveryRule()
    {
        var page = File.ReadAllText(Path.Combine(Checkout.Root, "docs", "verbs", "audit.md"));
        Assert.All(AuditRules.All, rule => Assert.Matches($@"(?m)^\| `{rule.Id}` \|", page));
    }

    [GeneratedRegex(@"^\| (?<standard>(PCI DSS|ISO/IEC 27001|SOC 2)[^|]*) \| (?<number>[A-Z0-9.]+) \| (?<subject>[^|]+) \| (?<rules>[^|]*) \|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex ClauseRow();
}
