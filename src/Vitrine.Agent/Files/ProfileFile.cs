using Vitrine.Agent.CommandLine;
using Vitrine.Pprof;
using Vitrine.Pprof.Views;

namespace Vitrine.Agent.Files;

/// <summary>Profile files as the user names them: the ending says the format.</summary>
static class ProfileFile
{
    /// <summary>The endings, for help texts.</summary>
    public static string Endings => string.Join(" ", ProfileFormats.KnownEndings);

    /// <summary>Refuses a name whose ending says no format, before any work is done for it.</summary>
    public static void Check(string path) => FormatOf(path);

    /// <summary>Whether a name's ending says a format of profiles.</summary>
    public static bool IsProfile(string path) => ProfileFormats.ForPath(path) is not null;

    public static Profile Read(string path)
    {
        if (!File.Exists(path))
            throw new FileNotFoundException($"There is no file '{path}'.");
        return ProfileFormats.ReadFile(path);
    }

    public static void Write(Profile profile, string path, int? valueIndex = null, string? title = null) =>
        ProfileFormats.WriteFile(profile, path, new FlameGraphOptions { ValueIndex = valueIndex, Title = title });

    public static void WriteDiff(Profile before, Profile after, string path, int valueIndex, bool normalize)
    {
        var format = FormatOf(path);
        if (format is ProfileFormat.FlameGraphHtml or ProfileFormat.FlameGraphSvg)
        {
            var options = new FlameGraphOptions { ValueIndex = valueIndex, Tree = new CallTreeOptions { Normalize = normalize } };
            AtomicFile.Write(path, stream => ProfileFormats.WriteDiff(before, after, stream, format, options));
        }
        else
            Write(Diff.Of(before, after, normalize), path, valueIndex);
    }

    /// <summary>The ending of a name as it stands there, with its dot: ".pb.gz", ".svg".</summary>
    public static string EndingOf(string path)
    {
        foreach (var ending in ProfileFormats.KnownEndings)
        {
            if (path.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                return path[^ending.Length..];
        }
        return Path.GetExtension(path);
    }

    static ProfileFormat FormatOf(string path) =>
        ProfileFormats.ForPath(path) ?? throw new UsageException($"'{path}' does not say a format by its ending; known are {Endings}.");
}
