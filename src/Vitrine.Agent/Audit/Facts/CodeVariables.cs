using Vitrine.Agent.Audit.Secrets;

namespace Vitrine.Agent.Audit.Facts;

/// <summary>Finds the variables that load code.</summary>
static class CodeVariables
{
    /// <summary>Paths of one variable that are looked at.</summary>
    const int MostPaths = 16;

    static readonly (string Name, string What, char[] Separators, bool OnlyDotNet)[] s_known =
    [
        ("LD_PRELOAD", "the dynamic linker", [':', ' '], false),
        ("LD_AUDIT", "the dynamic linker", [':'], false),
        ("DOTNET_STARTUP_HOOKS", "the .NET runtime, before Main", [':'], true),
        ("CORECLR_PROFILER_PATH", "the .NET runtime, as a profiler", [], true),
        ("CORECLR_PROFILER_PATH_64", "the .NET runtime, as a profiler", [], true),
        ("DOTNET_GCName", "the .NET runtime, as the garbage collector", [], true),
        ("DOTNET_GCPath", "the .NET runtime, as the garbage collector", [], true),
    ];

    public static IReadOnlyList<CodeVariable> Of(ProcessFacts facts)
    {
        var found = new List<CodeVariable>();
        foreach (var (name, what, separators, onlyDotNet) in s_known)
        {
            if ((onlyDotNet && facts.Program.Runtime != Instruments.RuntimeKind.DotNet) || facts.Variable(name) is not { Length: > 0 } value)
                continue;
            // The runtime loads a profiler only when it is told to.
            if (name.StartsWith("CORECLR_PROFILER", StringComparison.Ordinal) && facts.Variable("CORECLR_ENABLE_PROFILING") is not "1")
                continue;
            // What is no list of files is not taken apart: a part of a secret does not look like one.
            found.Add(new CodeVariable(name, what, SecretRules.Shape(value) is not null ? [] : separators.Length == 0 ? [value] : [.. value.Split(separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Take(MostPaths)]));
        }
        return found;
    }
}
