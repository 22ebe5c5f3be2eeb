using System.Text.RegularExpressions;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Survey;

/// <summary>Recognises a .NET process from what it has mapped.</summary>
static partial class DotNetRuntime
{
    /// <summary>Whether the process runs .NET, and the runtime's version where the path of a mapped file tells it.</summary>
    public static bool Recognise(IReadOnlyList<MemoryMap> maps, out string? version)
    {
        version = null;
        var found = false;
        foreach (var map in maps)
        {
            if (SharedFramework().Match(map.Path) is { Success: true } match)
            {
                version = $".NET {match.Groups[1].Value}";
                return true;
            }
            // Self-contained and single-file programs carry the runtime with them; every CoreCLR keeps its double-mapped code in this memory file.
            found |= map.Path.EndsWith("/libcoreclr.so", StringComparison.Ordinal) || map.Path.StartsWith("/memfd:doublemapper", StringComparison.Ordinal);
        }
        return found;
    }

    [GeneratedRegex(@"/Microsoft\.NETCore\.App/([0-9][^/]{0,63})/", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex SharedFramework();
}
