using System.Text.Json;

namespace Vitrine.Pprof.Views;

/// <summary>
/// speedscope's file format (https://github.com/jlfwong/speedscope/wiki/Importing-from-custom-sources; schema https://www.speedscope.app/file-format-schema.json):
/// frames shared by several profiles, one for each sample type.
/// </summary>
public static class Speedscope
{
    /// <summary>What stands in the field "exporter" of files written here; the reader recognises its own files by it.</summary>
    internal const string Exporter = "vitrine";

    /// <summary>
    /// Writes the chosen sample types, each as a profile of type "sampled" named <c>type/unit</c>. Does not dispose the stream. Labels, addresses and mappings have no place in the format.
    /// </summary>
    /// <param name="profile">The profile.</param>
    /// <param name="destination">Where to; UTF-8.</param>
    /// <param name="name">What the viewer shows as the title; null = nothing.</param>
    /// <param name="valueIndexes">Which sample types; empty = all. The viewer opens with the profile's default one.</param>
    /// <param name="options">Granularity and bounds.</param>
    /// <exception cref="NotSupportedException">The profile has negative values (it is a difference): speedscope's weights are amounts.</exception>
    public static void Write(Profile profile, Stream destination, string? name = null, ReadOnlySpan<int> valueIndexes = default, CallTreeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(destination);
        var indexes = valueIndexes.IsEmpty ? [.. Enumerable.Range(0, profile.SampleTypes.Count)] : valueIndexes.ToArray();
        var tree = CallTree.Of(profile, indexes, (options ?? CallTreeOptions.Default) with { Inverted = false });
        if (tree.IsDiff)
            throw new NotSupportedException("A speedscope file cannot hold a difference: it has negative values. Write a flame graph (.svg or .html) or pprof (.pb.gz) instead.");
        SpeedscopeWriter.Write(tree, destination, name, Math.Max(0, Array.IndexOf(indexes, profile.DefaultSampleTypeIndex)));
    }

    /// <summary>
    /// Reads a speedscope file with "sampled" and "evented" profiles. A file written here gets its sample types back. In a file of another program, the profiles are taken for threads:
    /// times become time/nanoseconds, sizes space/bytes, everything else samples/count, and with several profiles every sample has a label "profile" with its profile's name.
    /// </summary>
    /// <param name="source">UTF-8 JSON; not disposed.</param>
    /// <param name="limits">Bounds on bytes, frames, samples and depth.</param>
    /// <exception cref="ProfileFormatException">The file is not a speedscope file or exceeds a limit; the message says where and why.</exception>
    public static Profile Read(Stream source, ProfileLimits? limits = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        var bounds = limits ?? ProfileLimits.Default;
        var bytes = BoundedBytes.ReadAll(source, Math.Min(bounds.MaxUncompressedBytes, 1L << 30), "speedscope file");
        try
        {
            return new SpeedscopeReader(bounds).Read(bytes.Span);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException is how the reader of System.Text.Json reports text that is not UTF-8, or half a surrogate pair.
            throw new ProfileFormatException($"The speedscope file is not valid JSON: {e.Message}", e);
        }
    }
}
