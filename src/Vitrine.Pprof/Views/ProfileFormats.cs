using Vitrine.Pprof.Wire;

namespace Vitrine.Pprof.Views;

/// <summary>Reads and writes profiles in the format that a file's name asks for: one place for every program that has an option <c>-o FILE</c>.</summary>
public static class ProfileFormats
{
    // Longest ending first: ".pb.gz" before ".gz".
    static readonly (string Ending, ProfileFormat Format)[] Endings =
    [
        (".speedscope.json", ProfileFormat.Speedscope),
        (".collapsed", ProfileFormat.Folded),
        (".folded", ProfileFormat.Folded),
        (".pb.gz", ProfileFormat.Pprof),
        (".pprof", ProfileFormat.Pprof),
        (".prof", ProfileFormat.Pprof),
        (".html", ProfileFormat.FlameGraphHtml),
        (".htm", ProfileFormat.FlameGraphHtml),
        (".svg", ProfileFormat.FlameGraphSvg),
        (".json", ProfileFormat.Speedscope),
        (".txt", ProfileFormat.Text),
        (".gz", ProfileFormat.Pprof),
        (".pb", ProfileFormat.PprofPlain),
    ];

    /// <summary>The endings to name in help texts and errors.</summary>
    public static IReadOnlyList<string> KnownEndings { get; } = [".pb.gz", ".pb", ".svg", ".html", ".folded", ".speedscope.json", ".txt"];

    /// <summary>The format for a file name, or null when its ending is not known.</summary>
    public static ProfileFormat? ForPath(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        foreach (var (ending, format) in Endings)
            if (path.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                return format;
        return null;
    }

    /// <summary>Writes a profile to a file, aside and then renamed.</summary>
    /// <param name="profile">The profile.</param>
    /// <param name="path">Its ending chooses the format.</param>
    /// <param name="options">Title, value and tree of what is drawn; the value also of folded stacks and text.</param>
    /// <exception cref="ArgumentException">The ending is not known.</exception>
    /// <exception cref="NotSupportedException">The format cannot hold this profile (a difference in folded stacks).</exception>
    public static void WriteFile(Profile profile, string path, FlameGraphOptions? options = null)
    {
        var format = ForPath(path) ?? throw new ArgumentException($"\"{path}\" has none of the known endings: {string.Join(" ", KnownEndings)}.", nameof(path));
        AtomicFile.Write(path, stream => Write(profile, stream, format, options));
    }

    /// <summary>Writes a profile in a format. Does not dispose the stream.</summary>
    public static void Write(Profile profile, Stream destination, ProfileFormat format, FlameGraphOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var settings = options ?? FlameGraphOptions.Default;
        var value = settings.ValueIndex ?? profile.DefaultSampleTypeIndex;
        switch (format)
        {
            case ProfileFormat.Pprof: ProfileWriter.Write(profile, destination); break;
            case ProfileFormat.PprofPlain: ProfileWriter.Write(profile, destination, gzip: false); break;
            case ProfileFormat.Folded: Folded.Write(profile, destination, value, settings.Tree); break;
            case ProfileFormat.Speedscope: Speedscope.Write(profile, destination, settings.Title, options: settings.Tree); break;
            case ProfileFormat.FlameGraphSvg: FlameGraphSvg.Write(profile, destination, settings); break;
            case ProfileFormat.FlameGraphHtml: FlameGraphHtml.Write(profile, destination, settings); break;
            case ProfileFormat.Text: TextTop.Write(profile, destination, value); break;
            default: throw new ArgumentOutOfRangeException(nameof(format), format, "This is not a known format.");
        }
    }

    /// <summary>
    /// Writes the difference of two profiles as a flame graph with both values of every frame (SVG and HTML). Every other format gets one profile with the differences: make that first
    /// and write it with <see cref="WriteFile"/>.
    /// </summary>
    /// <exception cref="NotSupportedException">The format is not a flame graph.</exception>
    public static void WriteDiff(Profile baseline, Profile current, Stream destination, ProfileFormat format, FlameGraphOptions? options = null)
    {
        switch (format)
        {
            case ProfileFormat.FlameGraphSvg: FlameGraphSvg.WriteDiff(baseline, current, destination, options); break;
            case ProfileFormat.FlameGraphHtml: FlameGraphHtml.WriteDiff(baseline, current, destination, options); break;
            default: throw new NotSupportedException($"{format} has no room for two values of one stack.");
        }
    }

    /// <summary>Reads a profile file. Its content decides the format where it can (gzip, JSON), its name otherwise.</summary>
    /// <exception cref="ProfileFormatException">The file is none of the readable formats, is damaged, or exceeds a limit; the message names the file.</exception>
    public static Profile ReadFile(string path, ProfileLimits? limits = null)
    {
        var byName = ForPath(path);
        if (byName is ProfileFormat.FlameGraphSvg or ProfileFormat.FlameGraphHtml)
            throw new ProfileFormatException($"{path}: a flame graph cannot be read back. Keep the profile itself as .pb.gz beside it.");
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        var format = FormatOf(file, byName);
        try
        {
            return Read(file, format, limits);
        }
        catch (ProfileFormatException e)
        {
            throw new ProfileFormatException($"{path}: {e.Message}", e);
        }
    }

    static ProfileFormat FormatOf(FileStream file, ProfileFormat? byName)
    {
        // A pipe cannot be looked into and read again: there the name decides.
        if (file.CanSeek)
        {
            var (first, second) = (file.ReadByte(), file.ReadByte());
            file.Position = 0;
            if ((first, second) == (0x1f, 0x8b))
                return ProfileFormat.Pprof;
            if (first == '{')
                return ProfileFormat.Speedscope;
        }
        return byName switch
        {
            ProfileFormat.Text => ProfileFormat.Folded, // people keep folded stacks in .txt
            null => ProfileFormat.Pprof,
            _ => byName.Value,
        };
    }

    /// <summary>Reads a profile in a format. Does not dispose the stream.</summary>
    public static Profile Read(Stream source, ProfileFormat format, ProfileLimits? limits = null) => format switch
    {
        ProfileFormat.Pprof or ProfileFormat.PprofPlain => ProfileReader.Read(source, limits),
        ProfileFormat.Folded => Folded.Read(source, limits: limits),
        ProfileFormat.Speedscope => Speedscope.Read(source, limits),
        _ => throw new ProfileFormatException($"{format} cannot be read back. Keep the profile itself as .pb.gz beside it."),
    };
}
