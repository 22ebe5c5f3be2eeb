using Vitrine.Agent.Audit.Facts;
using Vitrine.Agent.Audit.Secrets;

namespace Vitrine.Agent.Audit.Checks;

/// <summary>VA050 and VA051: secrets where others see them. Command lines of all processes, since every user reads them; environments of what this program is for.</summary>
sealed class SecretsCheck : IProcessCheck
{
    public IEnumerable<AuditFinding> Of(ProcessFacts process, AuditView view)
    {
        var arguments = SecretSearch.OfArguments(process.Arguments);
        if (arguments.Hits.Count > 0)
        {
            yield return new AuditFinding(AuditRules.SecretInArguments, Severity.High, process.Subject, $"{Count(arguments)} on its command line",
                Evidence(arguments, process.Proc("cmdline")), ["hand it over in a file with mode 0600 (LoadCredential= of systemd, a mounted secret), and change it: it has been seen"]);
        }
        if (!process.IsTarget || process.Environment is not { } environment)
            yield break;
        var variables = SecretSearch.OfEnvironment(environment);
        if (variables.Hits.Count > 0)
        {
            yield return new AuditFinding(AuditRules.SecretInEnvironment, Severity.Medium, process.Subject, $"{Count(variables)} in its environment",
                Evidence(variables, process.Proc("environ")), ["hand it over in a file with mode 0600 (LoadCredential= of systemd, a mounted secret), whose path stands in the environment"]);
        }
    }

    static string Count(SecretSearch.Result found) => Show.Units.Count(found.Hits.Count + found.More, "secret");

    static List<Evidence> Evidence(SecretSearch.Result found, string source)
    {
        var evidence = found.Hits.Select(hit => new Evidence(hit.ToString(), source)).ToList();
        if (found.More > 0)
            evidence.Add(new Evidence($"and {Show.Units.Count(found.More)} more", source));
        return evidence;
    }
}
