using Vitrine.Agent.Audit.Secrets;

namespace Vitrine.Agent.Audit.Configuration;

/// <summary>Looks at files of Vitrine's own configuration: what they let in, and who may change or read what they rest on. Nothing is started, written or asked.</summary>
static class ConfigurationAudit
{
    /// <summary>What is found in one file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static IReadOnlyList<AuditFinding> Of(string path)
    {
        var findings = new List<AuditFinding>(FileRules.Changeable(path, path, "the configuration"));
        AuditedConfiguration configuration;
        try
        {
            configuration = ConfigurationReader.Read(path);
        }
        catch (FormatException e)
        {
            findings.Add(Invalid(path, e.Message));
            return findings;
        }
        foreach (var problem in configuration.Guard.Check())
            findings.Add(Invalid(path, problem));
        findings.AddRange(GuardRules.Of(configuration));
        findings.AddRange(AuditLogRules.Of(configuration));
        findings.AddRange(FileRules.Of(configuration));
        return findings;
    }

    // The sentences of the validation name keys and never secrets; a value that is one all the same is not shown.
    static AuditFinding Invalid(string path, string problem) => new(AuditRules.GuardInvalid, Severity.Medium, AuditSubject.OfFile(path), "the guard would not start with it",
        [new(SecretRules.Shape(problem) is null ? problem : "a sentence that is not shown: it has what looks like a secret", path)], ["put it right: docs/guard has a page for each section"]);
}
