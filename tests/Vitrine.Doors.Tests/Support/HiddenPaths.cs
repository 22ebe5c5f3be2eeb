namespace Vitrine.Doors.Tests.Support;

/// <summary>What somebody would ask who looks for pages that are elsewhere, and what nobody has.</summary>
static class HiddenPaths
{
    /// <summary>Where the pages are.</summary>
    public const string Prefix = "/api/v2/_diag/";

    /// <summary>Where Go's, and everybody else's, would be.</summary>
    public static readonly string[] Default =
    [
        "/debug/pprof/", "/debug/pprof", "/debug/pprof/heap", "/debug/pprof/profile?seconds=1", "/debug/pprof/cmdline", "/debug/pprof/symbol", "/debug/pprof/switches?name=all&on=0", "/debug/pprof/%68eap", "/DEBUG/pprof/heap",
        "/metrics", "/debug/vars",
    ];

    /// <summary>Unknown paths: of other depths and lengths, beside the default path, beside the prefix, before and behind both.</summary>
    public static readonly string[] Unknown =
    [
        "/nobody/has/this", "/x", "/debug", "/debug/", "/debug/pproz/heap", "/debug/pprof/heap/more", "/api/v2/_dia/", "/api/v2/_diag/heap/more", "/api", "/metric", "/a/b/c/d/e/f/g/h?seconds=1", "/nobody%2fhas",
    ];

    public static readonly string[] Methods = ["GET", "HEAD", "POST", "OPTIONS"];

    /// <summary>Every answer to every path, grouped by the answer: one group when nothing tells them apart.</summary>
    /// <param name="ask">Asks for a target.</param>
    public static async Task<IReadOnlyList<string>> Answers(Func<string, Task<string>> ask)
    {
        var answers = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var path in (IEnumerable<string>)[.. Unknown, .. Default])
        {
            var answer = await ask(path);
            if (!answers.TryGetValue(answer, out var paths)) answers.Add(answer, paths = []);
            paths.Add(path);
        }
        return [.. answers.Select(static one => $"{one.Key} ← {string.Join(' ', one.Value)}")];
    }
}
