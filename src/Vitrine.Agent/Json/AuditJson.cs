using System.Text.Json;
using Vitrine.Agent.Audit;

namespace Vitrine.Agent.Json;

/// <summary>An audit as JSON. It has every finding, whatever was shown.</summary>
static class AuditJson
{
    public static void Write(Stream stream, AuditReport report) => JsonDocumentWriter.Write(stream, JsonSchema.Audit, json =>
    {
        json.WriteTime("auditedAt", report.At);
        json.WriteNumber("durationMs", report.Duration.TotalMilliseconds);
        json.WriteBoolean("wholeMachine", report.IsWholeMachine);
        json.WriteBoolean("probed", report.Machine.Probes);
        json.WriteNumber("examined", report.Examined);
        json.WriteNumber("targets", report.Targets);
        json.WriteNumber("notAllowed", report.NotAllowed);
        json.WriteNumber("ended", report.Ended);
        json.WriteStartObject("hidden");
        foreach (var (what, count) in report.Hidden.OrderBy(static one => one.Key, StringComparer.Ordinal))
            json.WriteNumber(what, count);
        json.WriteEndObject();
        json.WriteStartObject("counts");
        foreach (var severity in Enum.GetValues<Severity>().Reverse())
            json.WriteNumber(AuditText.Word(severity), report.Count(severity));
        json.WriteEndObject();
        json.WriteStartArray("findings");
        foreach (var finding in report.Findings)
            WriteFinding(json, finding);
        json.WriteEndArray();
        json.WriteStartArray("unseen");
        foreach (var sentence in report.Unseen())
            json.WriteStringValue(sentence);
        json.WriteEndArray();
    });

    static void WriteFinding(Utf8JsonWriter json, AuditFinding finding)
    {
        json.WriteStartObject();
        json.WriteString("rule", finding.Rule.Id);
        json.WriteString("ruleName", finding.Rule.Name);
        json.WriteString("severity", AuditText.Word(finding.Severity));
        json.WriteString("title", finding.Title);
        json.WriteStartObject("subject");
        json.WriteString("kind", finding.Subject.Kind.ToString().ToLowerInvariant());
        json.WriteString("name", finding.Subject.Name);
        if (finding.Subject.Kind == SubjectKind.Process)
        {
            json.WriteOptional("pid", finding.Subject.Pid);
            json.WriteOptional("uid", finding.Subject.Uid);
            json.WriteOptional("executable", finding.Subject.Executable);
            json.WriteOptional("containerId", finding.Subject.ContainerId);
        }
        json.WriteEndObject();
        json.WriteStartArray("evidence");
        foreach (var evidence in finding.Evidence)
        {
            json.WriteStartObject();
            json.WriteString("statement", evidence.Statement);
            json.WriteString("source", evidence.Source);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("fix");
        foreach (var fix in finding.Fix)
            json.WriteStringValue(fix);
        json.WriteEndArray();
        json.WriteStartArray("clauses");
        foreach (var clause in finding.Rule.Clauses)
        {
            json.WriteStartObject();
            json.WriteString("standard", clause.Standard.Name);
            json.WriteString("edition", clause.Standard.Version);
            json.WriteString("clause", clause.Number);
            json.WriteString("subject", clause.Subject);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
