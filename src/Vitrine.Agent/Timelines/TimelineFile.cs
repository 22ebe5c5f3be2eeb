using Vitrine.Agent.Show;

namespace Vitrine.Agent.Timelines;

/// <summary>A timeline goes to a file whose name says how it is written.</summary>
static class TimelineFile
{
    /// <summary>Refuses a name that is neither, before anything is watched.</summary>
    public static void Check(string path)
    {
        if (Writer(path) is null)
            throw new UsageException($"--timeline {path}: the name must end in .html (a page) or .json (for https://ui.perfetto.dev and chrome://tracing).");
    }

    /// <summary>Writes the file whole or not at all.</summary>
    public static void Write(string path, Timeline timeline)
    {
        Check(path);
        Output.Bytes(path, stream => Writer(path)!(timeline, stream));
    }

    static Action<Timeline, Stream>? Writer(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".html" or ".htm" => TimelineHtml.Write,
        ".json" => ChromeTrace.Write,
        _ => null,
    };
}
