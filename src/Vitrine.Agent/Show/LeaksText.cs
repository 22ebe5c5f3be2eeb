using System.Globalization;
using Vitrine.Go;
using Vitrine.Insight.Findings;
using Vitrine.Insight.Leaks;

namespace Vitrine.Agent.Show;

/// <summary>A leak report for people: the verdict first, then what it rests on, then what would change it.</summary>
sealed class LeaksText(TextWriter output, Style style)
{
    public void Write(GoTarget target, LeakReport report, bool all)
    {
        var leaks = report.Groups.Count(group => group.Finding.Verdict == Verdict.Fault);
        var suspects = report.Groups.Count(group => group.Finding.Verdict == Verdict.Suspect);
        output.WriteLine($"{Heading.Of(style, target)}: watched for {Units.Duration(report.Watched)} in {Units.Count(report.Observations, "dump")}, while it ran");
        output.WriteLine($"{(leaks > 0 ? style.Red : style.Green)}{style.Bold}{Units.Count(leaks, "leak")}{style.Reset}, {Units.Count(suspects, "suspect")}, "
            + $"{Units.Count(report.Groups.Count - leaks - suspects, "group")} without a sign of one{(report.TornShare > 0 ? Invariant($"; {report.TornShare * 100:0.##} % of the readings stayed torn") : "")}");
        if (report.GroupsNotFollowed > 0)
            output.WriteLine($"{style.Yellow}{Units.Count(report.GroupsNotFollowed, "group")} beyond the limit not followed: nothing is said about them{style.Reset}");
        output.WriteLine();
        foreach (var group in report.Groups)
        {
            if (all || group.Finding.Verdict != Verdict.None)
                WriteGroup(group);
        }
    }

    void WriteGroup(LeakGroupReport group)
    {
        var (word, colour) = group.Finding.Verdict switch
        {
            Verdict.Fault => ("LEAK", style.Red),
            Verdict.Suspect => ("SUSPECT", style.Yellow),
            _ => ("none", style.Green),
        };
        output.WriteLine($"{colour}{style.Bold}{word}{style.Reset} {style.Bold}{Units.Count(group.Counts[^1], "goroutine")} [{Terminal.Safe(group.Key.State)}]{style.Reset}, confidence {group.Finding.Confidence}");
        Site("blocked at", group.Key.BlockedAt);
        if (group.Key.CreatedBy is { } creator)
            Site("created by", creator);
        output.WriteLine($"    counts      {string.Join(' ', group.Counts.Select(count => count.ToString(CultureInfo.InvariantCulture)))}  {style.Dim}({Invariant($"{group.GrowthPerSecond.Slope:+0.##;-0.##;0}")}/s){style.Reset}");
        var reason = group.Finding.Title.LastIndexOf("): ", StringComparison.Ordinal) is var at and >= 0 ? group.Finding.Title[(at + 3)..] : group.Finding.Title;
        output.WriteLine($"    why         {Terminal.Safe(reason)}");
        List("evidence", group.Finding.Evidence.Select(evidence => $"{evidence.Statement} {style.Dim}[{evidence.Provenance}]{style.Reset}"));
        List("confidence", [group.Finding.Confidence.Computation]);
        List("unknown", group.Finding.Unknowns);
        List("next", group.Finding.NextSteps);
        output.WriteLine();
    }

    void Site(string label, CodeSite site) =>
        output.WriteLine($"    {label,-11} {style.Cyan}{Terminal.Safe(site.Function)}{style.Reset}{(site.Line > 0 ? $"  {Terminal.Safe(SourcePath.Short(site.Function, site.File))}:{site.Line}" : "")}");

    void List(string label, IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            output.WriteLine($"    {style.Dim}{label,-11}{style.Reset} {line}");
            label = "";
        }
    }

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
