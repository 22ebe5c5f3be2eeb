using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Vitrine.Agent.Audit;
using Vitrine.Agent.Audit.Clauses;
using Vitrine.Agent.CommandLine;

namespace Vitrine.Agent.Json;

/// <summary>
/// An audit as SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html). Processes are logical locations, since they are no files; the files of /proc that were read are beside them as
/// artifact locations. Clauses are taxa of a taxonomy for each standard.
/// </summary>
static class AuditSarif
{
    const string Schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

    static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static void Write(Stream stream, AuditReport report)
    {
        using (var json = new Utf8JsonWriter(stream, s_options))
        {
            json.WriteStartObject();
            json.WriteString("$schema", Schema);
            json.WriteString("version", "2.1.0");
            json.WriteStartArray("runs");
            json.WriteStartObject();
            WriteTool(json);
            json.WriteStartArray("invocations");
            json.WriteStartObject();
            json.WriteBoolean("executionSuccessful", true);
            json.WriteTime("startTimeUtc", report.At);
            json.WriteTime("endTimeUtc", report.At + report.Duration);
            WriteUnseen(json, report);
            json.WriteEndObject();
            json.WriteEndArray();
            WriteTaxonomies(json);
            json.WriteString("columnKind", "utf16CodeUnits");
            json.WriteStartArray("results");
            foreach (var finding in report.Findings)
                WriteResult(json, finding);
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }
        stream.WriteByte((byte)'\n');
    }

    static void WriteTool(Utf8JsonWriter json)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "vitrine audit");
        json.WriteString("version", ProductVersion.Text);
        json.WriteStartArray("rules");
        foreach (var rule in AuditRules.All)
        {
            json.WriteStartObject();
            json.WriteString("id", rule.Id);
            json.WriteString("name", rule.Name);
            WriteMessage(json, "shortDescription", rule.Title);
            WriteMessage(json, "fullDescription", rule.Why);
            json.WriteStartObject("defaultConfiguration");
            json.WriteString("level", Level(rule.Worst));
            json.WriteEndObject();
            json.WriteStartArray("relationships");
            foreach (var clause in rule.Clauses)
            {
                json.WriteStartObject();
                WriteReference(json, "target", clause);
                json.WriteStartArray("kinds");
                json.WriteStringValue("relevant");
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteStartObject("properties");
            json.WriteString("security-severity", Score(rule.Worst));
            json.WriteStartArray("tags");
            json.WriteStringValue("security");
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static void WriteUnseen(Utf8JsonWriter json, AuditReport report)
    {
        json.WriteStartArray("toolExecutionNotifications");
        foreach (var sentence in report.Unseen())
        {
            json.WriteStartObject();
            json.WriteString("level", "note");
            WriteMessage(json, "message", sentence);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void WriteTaxonomies(Utf8JsonWriter json)
    {
        json.WriteStartArray("taxonomies");
        foreach (var standard in Standard.All)
        {
            json.WriteStartObject();
            json.WriteString("name", standard.Name);
            json.WriteString("version", standard.Version);
            json.WriteString("organization", standard.Publisher);
            json.WriteBoolean("isComprehensive", false);
            json.WriteStartArray("taxa");
            foreach (var clause in ClauseTable.All.Where(one => one.Standard == standard))
            {
                json.WriteStartObject();
                json.WriteString("id", clause.Number);
                WriteMessage(json, "shortDescription", clause.Subject);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    static void WriteResult(Utf8JsonWriter json, AuditFinding finding)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Rule.Id);
        json.WriteNumber("ruleIndex", IndexOf(finding.Rule));
        json.WriteString("kind", finding.Severity == Severity.Info ? "informational" : "fail");
        // A result that is not a failure has no level: the specification, 3.27.10.
        json.WriteString("level", finding.Severity == Severity.Info ? "none" : Level(finding.Severity));
        WriteMessage(json, "message", Text(finding));
        json.WriteStartArray("locations");
        json.WriteStartObject();
        if (finding.Subject.Kind == SubjectKind.File)
            WritePhysical(json, finding.Subject.Name);
        else
            WriteLogical(json, finding.Subject);
        json.WriteEndObject();
        json.WriteEndArray();
        var files = finding.Evidence.Select(static one => one.Source).Where(static source => source.StartsWith("/proc/", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).ToList();
        if (files.Count > 0)
        {
            json.WriteStartArray("relatedLocations");
            foreach (var file in files)
            {
                json.WriteStartObject();
                WritePhysical(json, file);
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        json.WriteStartArray("taxa");
        foreach (var clause in finding.Rule.Clauses)
        {
            json.WriteStartObject();
            WriteReferenceFields(json, clause);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints");
        json.WriteString("vitrineFinding/v1", Fingerprint(finding));
        json.WriteEndObject();
        json.WriteStartObject("properties");
        json.WriteString("severity", AuditText.Word(finding.Severity));
        json.WriteString("security-severity", Score(finding.Severity));
        json.WriteStartArray("fix");
        foreach (var fix in finding.Fix)
            json.WriteStringValue(fix);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static int IndexOf(AuditRule rule)
    {
        for (var i = 0; i < AuditRules.All.Count; i++)
            if (ReferenceEquals(AuditRules.All[i], rule))
                return i;
        throw new InvalidOperationException($"{rule.Id} is not in the list of rules.");
    }

    static string Text(AuditFinding finding) =>
        $"{finding.Title}. {string.Join("; ", finding.Evidence.Select(static one => $"{one.Statement} [{one.Source}]"))}. Fix: {string.Join("; ", finding.Fix)}.";

    static void WriteMessage(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    static void WriteReference(Utf8JsonWriter json, string name, Clause clause)
    {
        json.WriteStartObject(name);
        WriteReferenceFields(json, clause);
        json.WriteEndObject();
    }

    static void WriteReferenceFields(Utf8JsonWriter json, Clause clause)
    {
        json.WriteString("id", clause.Number);
        json.WriteStartObject("toolComponent");
        json.WriteString("name", clause.Standard.Name);
        json.WriteEndObject();
    }

    static void WriteLogical(Utf8JsonWriter json, AuditSubject subject)
    {
        json.WriteStartArray("logicalLocations");
        json.WriteStartObject();
        json.WriteString("name", subject.Name);
        json.WriteString("fullyQualifiedName", subject.Kind == SubjectKind.Machine ? "machine" : string.Create(CultureInfo.InvariantCulture, $"process/{subject.Pid}/{subject.Name}"));
        json.WriteString("kind", subject.Kind == SubjectKind.Machine ? "machine" : "process");
        json.WriteEndObject();
        json.WriteEndArray();
    }

    static void WritePhysical(Utf8JsonWriter json, string path)
    {
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", path.StartsWith('/') ? "file://" + string.Join('/', path.Split('/').Select(Uri.EscapeDataString)) : Uri.EscapeDataString(path));
        json.WriteEndObject();
        json.WriteEndObject();
    }

    static string Level(Severity severity) => severity switch
    {
        Severity.Critical or Severity.High => "error",
        Severity.Medium => "warning",
        _ => "note",
    };

    // The scale of CVSS, in whose bands scanning services show a result.
    static string Score(Severity severity) => severity switch
    {
        Severity.Critical => "9.5",
        Severity.High => "8.0",
        Severity.Medium => "5.5",
        Severity.Low => "2.0",
        _ => "0.0",
    };

    // The same fault of the same program is the same finding, whatever its pid is this time.
    static string Fingerprint(AuditFinding finding)
    {
        var text = string.Join('\n', finding.Rule.Id, finding.Subject.Kind, finding.Subject.Executable ?? finding.Subject.Name, finding.Subject.Pid is null ? finding.Title : "");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..32];
    }
}
