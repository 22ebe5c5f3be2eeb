using System.Text.RegularExpressions;
using Vitrine.Agent.Audit.Secrets;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Audit;

/// <summary>The one way for text that a process chose itself into a finding: cut, without anything that a terminal obeys, and not at all when it looks like a secret.</summary>
static partial class Shown
{
    const int MostCharacters = 256;

    public static string Text(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "?";
        return SecretRules.Shape(text) is { } kind ? $"(not shown: it looks like {kind})" : TerminalText.Sanitize(text, MostCharacters);
    }

    /// <summary>What should be a file: an absolute path or the name of a library; nothing else of it is shown.</summary>
    public static string File(string? path) => path is not null && (path.StartsWith('/') || Library().IsMatch(path)) ? Text(path) : "something that is no absolute path, and is not shown";

    [GeneratedRegex(@"^[A-Za-z0-9_.+-]{1,64}\.so(\.[0-9.]{1,16})?$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Library();
}
