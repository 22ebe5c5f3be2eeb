using System.Text.RegularExpressions;
using Vitrine.TestTargets;

namespace Vitrine.Repository.Tests.Floors;

/// <summary>Which folder of a project uses types of which other folder, read from its source.</summary>
/// <remarks>
/// A folder counts with everything below it. The project's own folder is left out: it holds the words that all of them share
/// and the one type that ties them together (the recipe of a target, the entry of the program), so it is above and below at once.
/// A namespace is a folder. A file uses another folder when it names a type that is declared there and can see it: through a
/// using directive, or because the folder is above its own. Read as text, without a compiler: a name that means something
/// else could count as a use, but none that is used is missed.
/// </remarks>
sealed partial class FolderGraph
{
    readonly SortedDictionary<string, SortedDictionary<string, string>> uses = new(StringComparer.Ordinal);

    /// <summary>Reads <c>src/PROJECT</c>.</summary>
    public static FolderGraph Read(string project)
    {
        var root = Path.Combine(Checkout.Root, "src", project);
        var files = Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Where(file => !IsGenerated(Path.GetRelativePath(root, file)))
            .Select(file => SourceFile.Read(root, project, file)).ToList();

        var declared = files.SelectMany(file => file.Declares.Select(type => (type, file.Namespace)))
            .ToLookup(pair => pair.type, pair => pair.Namespace, StringComparer.Ordinal);
        var graph = new FolderGraph();
        foreach (var file in files)
        {
            foreach (var name in file.Names)
            {
                // A type of the same folder hides the same name elsewhere.
                if (declared[name].Contains(file.Namespace)) continue;
                foreach (var target in declared[name].Where(target => file.Sees(target)))
                    if (TopFolder(project, file.Namespace) is { } from && TopFolder(project, target) is { } to && from != to)
                        graph.Add(from, to, $"{file.RelativePath} names {name}");
            }
        }
        return graph;
    }

    /// <summary>A circle as text, each step with a file that takes it; null when there is none.</summary>
    public string? FindCircle()
    {
        var path = new List<string>();
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var folder in uses.Keys)
            if (Visit(folder) is { } circle) return circle;
        return null;

        string? Visit(string folder)
        {
            var begin = path.IndexOf(folder);
            if (begin >= 0) return Describe([.. path[begin..], folder]);
            if (!done.Add(folder)) return null;
            path.Add(folder);
            if (uses.TryGetValue(folder, out var targets))
                foreach (var target in targets.Keys)
                    if (Visit(target) is { } circle) return circle;
            path.RemoveAt(path.Count - 1);
            return null;
        }
    }

    string Describe(List<string> circle) =>
        string.Join("; ", circle.Zip(circle.Skip(1), (from, to) => $"{from} -> {to} ({uses[from][to]})"));

    void Add(string from, string to, string evidence)
    {
        if (!uses.TryGetValue(from, out var targets)) uses[from] = targets = new(StringComparer.Ordinal);
        targets.TryAdd(to, evidence);
    }

    static string? TopFolder(string project, string name) => name == project ? null : name[(project.Length + 1)..].Split('.')[0];

    static bool IsGenerated(string path) => path.Split('/') is ["bin" or "obj", ..];

    sealed partial record SourceFile(string RelativePath, string Namespace, HashSet<string> Usings, List<string> Declares, HashSet<string> Names)
    {
        public static SourceFile Read(string root, string project, string path)
        {
            var relative = Path.GetRelativePath(root, path);
            var folder = Path.GetDirectoryName(relative)!;
            var text = Comments().Replace(File.ReadAllText(path), " ");
            var usings = UsingDirective().Matches(text).Select(match => match.Groups["name"].Value).ToHashSet(StringComparer.Ordinal);
            var body = UsingDirective().Replace(text, " ");
            return new SourceFile(relative, folder.Length == 0 ? project : $"{project}.{folder.Replace('/', '.')}", usings,
                [.. Declaration().Matches(body).Select(match => match.Groups["name"].Value)],
                Identifier().Matches(body).Select(match => match.Value).ToHashSet(StringComparer.Ordinal));
        }

        public bool Sees(string target) =>
            target != Namespace && (Usings.Contains(target) || Namespace.StartsWith(target + ".", StringComparison.Ordinal));

        [GeneratedRegex("""//[^\n]*|/\*.*?\*/|"(\\.|[^"\\\n])*"|^namespace [^\n]*""", RegexOptions.Singleline | RegexOptions.Multiline)]
        private static partial Regex Comments();

        [GeneratedRegex(@"^\s*using\s+(static\s+)?(\w+\s*=\s*)?(?<name>[\w.]+)\s*;", RegexOptions.Multiline)]
        private static partial Regex UsingDirective();

        // Types at the left margin: a nested type is not visible to others by its own name.
        [GeneratedRegex(@"^(?:(?:public|internal|sealed|static|abstract|partial|readonly|ref|unsafe|file)\s+)*(?:class|struct|interface|enum|record(?:\s+(?:struct|class))?|delegate\s+\S+)\s+(?<name>\w+)", RegexOptions.Multiline)]
        private static partial Regex Declaration();

        [GeneratedRegex(@"\b[A-Z]\w*\b")]
        private static partial Regex Identifier();
    }
}
