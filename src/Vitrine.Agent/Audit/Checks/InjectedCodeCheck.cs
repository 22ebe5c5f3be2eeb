using Vitrine.Agent.Audit.Facts;

namespace Vitrine.Agent.Audit.Checks;

/// <summary>VA040: code that comes into the process through its environment.</summary>
sealed class InjectedCodeCheck : IProcessCheck
{
    public IEnumerable<AuditFinding> Of(ProcessFacts process, AuditView view)
    {
        if (!process.IsTarget)
            yield break;
        foreach (var variable in CodeVariables.Of(process))
        {
            var evidence = new List<Evidence>();
            if (variable.Paths.Count == 0)
                evidence.Add(new($"{variable.Name} is set to what is not shown", process.Proc("environ")));
            var severity = Severity.Low;
            foreach (var path in variable.Paths)
            {
                evidence.Add(new($"{variable.Name} names {Shown.File(path)}", process.Proc("environ")));
                if (!process.NamedFiles.TryGetValue(path, out var rights))
                    continue;
                evidence.Add(new($"it has mode {rights.Octal} and belongs to user {rights.Uid}", "statx"));
                if (rights.OthersMayWrite || (rights.Uid != 0 && rights.Uid != process.Security.Uid))
                    severity = Severity.High;
            }
            yield return new AuditFinding(AuditRules.InjectedCode, severity, process.Subject,
                severity == Severity.High ? $"{variable.Name} loads code that others may change" : $"{variable.Name} loads code into it ({variable.What})", evidence,
                [severity == Severity.High ? "give the file to root, writable by nobody else; or take the variable away" : $"take {variable.Name} away, unless its code is known and wanted"]);
        }
    }
}
