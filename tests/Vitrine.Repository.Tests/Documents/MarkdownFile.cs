using System.Text.RegularExpressions;
using Vitrine.TestTargets;

namespace Vitrine.Repository.Tests.Documents;

/// <summary>One document of the checkout, as far as the rules look at it.</summary>
sealed partial class MarkdownFile
{
    readonly string[] lines;

    MarkdownFile(string path)
    {
        Path = path;
        lines = File.ReadAllLines(path);
    }

    public string Path { get; }

    public string RelativePath => System.IO.Path.GetRelativePath(Checkout.Root, Path);

    /// <summary>Every document of the checkout.</summary>
    public static IEnumerable<MarkdownFile> All() =>
        Directory.EnumerateFiles(Checkout.Root, "*.md", SearchOption.AllDirectories)
            .Where(path => !System.IO.Path.GetRelativePath(Checkout.Root, path).Split('/').Any(folder => folder is "bin" or "obj" or "artifacts" or ".git" or "node_modules"))
            .Order(StringComparer.Ordinal).Select(path => new MarkdownFile(path));

    /// <summary>Targets of links to other files, without those to the web, as full paths with the heading they name.</summary>
    public IEnumerable<(string File, string? Heading)> LocalLinks()
    {
        foreach (var link in OutsideCode().SelectMany(line => Link().Matches(InlineCode().Replace(line, "")).Select(match => match.Groups["target"].Value)))
        {
            if (link.Contains("://", StringComparison.Ordinal) || link.StartsWith("mailto:", StringComparison.Ordinal)) continue;
            var parts = link.Split('#', 2);
            var file = parts[0].Length == 0 ? Path : System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, parts[0]));
            yield return (file, parts.Length > 1 ? parts[1] : null);
        }
    }

    /// <summary>The anchors of its headings, as the common web views of repositories make them.</summary>
    public HashSet<string> Anchors() =>
        [.. OutsideCode().Where(line => line.StartsWith('#')).Select(line => NotInAnchors().Replace(line.TrimStart('#').Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    /// <summary>Lines inside code blocks that run the program: the words after <c>vitrine</c>.</summary>
    public IEnumerable<string[]> VitrineCommands()
    {
        var inside = false;
        foreach (var line in lines)
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal)) inside = !inside;
            else if (inside && Command().Match(line) is { Success: true } match)
                yield return match.Groups["words"].Value.Split(['#', '|', '>', ';'])[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    IEnumerable<string> OutsideCode()
    {
        var inside = false;
        foreach (var line in lines)
        {
            if (line.TrimStart().StartsWith("```", StringComparison.Ordinal)) inside = !inside;
            else if (!inside) yield return line;
        }
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();

    [GeneratedRegex(@"^\s*(?:\$ )?(?:sudo )?(?:\./)?vitrine (?<words>.*)$")]
    private static partial Regex Command();
}
