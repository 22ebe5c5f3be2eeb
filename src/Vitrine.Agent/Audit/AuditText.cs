using System.Globalization;
using Vitrine.Agent.Show;

namespace Vitrine.Agent.Audit;

/// <summary>An audit for people: worst first, what is alike together, each with what to do next, and a last line with the counts.</summary>
static class AuditText
{
    /// <summary>Subjects of one group that are shown without --all.</summary>
    const int MostSubjects = 8;

    public static void Write(TextWriter writer, Style style, AuditReport report, Severity least, bool all)
    {
        writer.WriteLine(Heading(style, report));
        writer.WriteLine();
        foreach (var group in report.Findings.Where(one => one.Severity >= least).GroupBy(static one => (one.Severity, one.Rule.Id)))
            WriteGroup(writer, style, [.. group], all);
        foreach (var sentence in report.Unseen())
            writer.WriteLine($"{style.Dim}{sentence}{style.Reset}");
        writer.WriteLine(Counts(style, report, least));
    }

    static string Heading(Style style, AuditReport report)
    {
        var processes = Units.Count(report.Examined, "process", "processes");
        return report.IsWholeMachine
            ? $"{style.Bold}{processes}{style.Reset}, {Units.Count(report.Targets)} of them Go or .NET, and the machine's settings"
            : $"{style.Bold}{processes}{style.Reset}, and the machine's settings";
    }

    static void WriteGroup(TextWriter writer, Style style, List<AuditFinding> findings, bool all)
    {
        var first = findings[0];
        writer.WriteLine($"{style.Bold}{Colour(style, first.Severity)}{Word(first.Severity).ToUpperInvariant()}{style.Reset}  {first.Rule.Id}  {style.Bold}{first.Rule.Title}{style.Reset}");
        writer.WriteLine($"    {style.Dim}{first.Rule.Why}{style.Reset}");
        // One fix for the whole group stands once, below it.
        var oneFix = findings.TrueForAll(one => one.Fix.SequenceEqual(first.Fix));
        // What is said of several processes in the same words stands once, with all of them.
        var alike = findings.GroupBy(static one => string.Join('\n', [one.Title, .. one.Evidence.Select(static evidence => evidence.Statement), .. one.Fix])).Select(static group => group.ToList()).ToList();
        foreach (var some in all ? alike : alike.Take(MostSubjects))
        {
            var example = some[0];
            writer.WriteLine($"  {Subjects(style, some, all)}: {example.Title}");
            foreach (var evidence in example.Evidence)
                writer.WriteLine($"      {evidence.Statement}  {style.Dim}[{evidence.Source}]{style.Reset}");
            if (!oneFix)
                WriteFix(writer, style, example.Fix, "      ");
        }
        if (!all && alike.Count > MostSubjects)
            writer.WriteLine($"  {style.Dim}… and {Units.Count(alike.Skip(MostSubjects).Sum(static some => some.Count))} more: --all, or --format json{style.Reset}");
        if (oneFix)
            WriteFix(writer, style, first.Fix, "  ");
        writer.WriteLine($"  {style.Dim}touches {string.Join(" · ", first.Rule.Clauses)}{style.Reset}");
        writer.WriteLine();
    }

    static void WriteFix(TextWriter writer, Style style, IReadOnlyList<string> fix, string indent)
    {
        foreach (var one in fix)
            writer.WriteLine($"{indent}{style.Green}fix{style.Reset} {one}");
    }

    static string Subjects(Style style, List<AuditFinding> findings, bool all)
    {
        var shown = all ? findings : [.. findings.Take(MostSubjects)];
        var text = string.Join(", ", shown.Select(static one => Subject(one.Subject)));
        return shown.Count == findings.Count ? text : $"{text} {style.Dim}and {Units.Count(findings.Count - MostSubjects)} more{style.Reset}";
    }

    static string Subject(AuditSubject subject) => subject.Kind == SubjectKind.Process
        ? string.Create(CultureInfo.InvariantCulture, $"{Terminal.Safe(subject.Name)} (pid {subject.Pid}{(subject.Uid is { } uid ? $", user {uid}" : "")}{(subject.ContainerId is { } id ? $", container {id[..Math.Min(12, id.Length)]}" : "")})")
        : Terminal.Safe(subject.Name);

    static string Counts(Style style, AuditReport report, Severity least)
    {
        var counts = Enum.GetValues<Severity>().Reverse().Select(severity => $"{Units.Count(report.Count(severity))} {Word(severity)}");
        var notShown = report.Findings.Count(one => one.Severity < least);
        return $"{style.Bold}{string.Join(", ", counts)}{style.Reset}{(notShown > 0 ? $" ({Units.Count(notShown)} below {Word(least)} not shown)" : "")}, in {Units.Duration(report.Duration)}";
    }

    static string Colour(Style style, Severity severity) => severity switch
    {
        Severity.Critical or Severity.High => style.Red,
        Severity.Medium => style.Yellow,
        _ => style.Cyan,
    };

    /// <summary>The severity as documents name it.</summary>
    public static string Word(Severity severity) => severity.ToString().ToLowerInvariant();
}
