using System.Text;

namespace Vitrine.Go.Binary;

/// <summary>
/// Parses the module text of the build info: tab-separated lines <c>path</c>, <c>mod</c>, <c>dep</c>, <c>=&gt;</c>, <c>build</c>.
/// Lenient: a line that makes no sense is skipped, because the rest is still true.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/debug/mod.go (ParseBuildInfo).
/// </summary>
static class BuildInfoParser
{
    public static BuildInfo Parse(string versionText, string moduleText)
    {
        string? mainPath = null, modulePath = null, moduleVersion = null;
        var dependencies = new List<ModuleDependency>();
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        var replaceable = false;
        foreach (var line in moduleText.Split('\n'))
        {
            var columns = line.Split('\t');
            switch (columns[0])
            {
                case "path" when columns.Length == 2:
                    mainPath = columns[1];
                    break;
                case "mod" when columns.Length >= 3:
                    (modulePath, moduleVersion) = (columns[1], columns[2]);
                    break;
                case "dep" when columns.Length >= 3 && dependencies.Count < GoBinaryLimits.MaxBuildInfoEntries:
                    dependencies.Add(new ModuleDependency(columns[1], columns[2], Replaced: null));
                    break;
                case "=>" when columns.Length >= 3 && replaceable:
                    dependencies[^1] = new ModuleDependency(columns[1], columns[2], Replaced: dependencies[^1].Path);
                    break;
                case "build" when settings.Count < GoBinaryLimits.MaxBuildInfoEntries:
                    if (TrySetting(line["build\t".Length..], out var key, out var value))
                        settings[key] = value;
                    break;
            }
            replaceable = columns[0] == "dep" && dependencies.Count > 0;
        }
        return new BuildInfo
        {
            Version = GoVersion.TryParse(versionText, out var version) ? version : GoVersion.Unknown(versionText),
            MainPath = mainPath,
            ModulePath = modulePath,
            ModuleVersion = moduleVersion,
            Dependencies = dependencies,
            Settings = settings,
        };
    }

    static bool TrySetting(string text, out string key, out string value)
    {
        value = "";
        if (!TryToken(ref text, '=', out key) || key.Length == 0 || !text.StartsWith('='))
            return false;
        text = text[1..];
        return TryToken(ref text, '\0', out value) && text.Length == 0;
    }

    /// <summary>Takes a quoted string (Go syntax) or everything up to <paramref name="stop"/>.</summary>
    static bool TryToken(ref string text, char stop, out string token)
    {
        token = "";
        if (text.Length > 0 && text[0] is '"' or '`')
            return TryUnquote(ref text, out token);
        var end = stop == '\0' ? text.Length : text.IndexOf(stop, StringComparison.Ordinal);
        if (end < 0)
            return false;
        (token, text) = (text[..end], text[end..]);
        return true;
    }

    static bool TryUnquote(ref string text, out string token)
    {
        var quote = text[0];
        var result = new StringBuilder();
        for (var i = 1; i < text.Length; i++)
        {
            var c = text[i];
            if (c == quote)
            {
                (token, text) = (result.ToString(), text[(i + 1)..]);
                return true;
            }
            if (c == '\\' && quote == '"')
            {
                if (++i >= text.Length)
                    break;
                // The settings are command lines: of Go's escapes only these occur in practice; others keep their letter.
                c = text[i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', var other => other };
            }
            result.Append(c);
        }
        token = "";
        return false;
    }
}
