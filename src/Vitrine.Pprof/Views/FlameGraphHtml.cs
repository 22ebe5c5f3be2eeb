using System.Text;

namespace Vitrine.Pprof.Views;

/// <summary>
/// A flame graph as one HTML page that needs nothing else (<see cref="StandalonePage"/>). The profile is in the page as compressed, base64-coded data, so no name can end the element it stands in.
/// docs/flamegraph.md says what the page can do.
/// </summary>
public static class FlameGraphHtml
{
    /// <summary>Concatenated in this order inside one function scope: a page opened from a file cannot load modules.</summary>
    static readonly string[] ScriptFiles = ["dom.js", "format.js", "data.js", "tree.js", "layout.js", "colour.js", "painter.js", "search.js", "tables.js", "scene.js", "texts.js", "input.js", "app.js", "main.js"];

    static readonly Lazy<StandalonePage> Page = new(() =>
    {
        var script = new StringBuilder("(() => {\n'use strict';\n");
        foreach (var file in ScriptFiles)
            script.Append('\n').Append(Asset.Read("page/" + file));
        return new StandalonePage(Asset.Read("flamegraph.html"), script.Append("})();\n").ToString(), Asset.Read("flamegraph.css"));
    });

    /// <summary>Writes the page of a profile with all its sample types. A profile with negative values is shown as a difference. Does not dispose the stream.</summary>
    public static void Write(Profile profile, Stream destination, FlameGraphOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var settings = options ?? FlameGraphOptions.Default;
        var types = Enumerable.Range(0, profile.SampleTypes.Count).ToArray();
        var tree = types.Length == 0 ? throw NoTypes() : CallTree.Of(profile, types, settings.Tree with { Inverted = false });
        Write(tree, ProfileCaption.Of(profile, settings.Title, tree), Shown(settings, profile, types), destination);
    }

    /// <summary>Writes the page of a difference, with all sample types that both profiles have.</summary>
    /// <exception cref="ArgumentException">They have none in common.</exception>
    public static void WriteDiff(Profile baseline, Profile current, Stream destination, FlameGraphOptions? options = null)
    {
        var settings = options ?? FlameGraphOptions.Default;
        var types = CallTree.CommonTypes(baseline, current);
        if (types.Length == 0)
            throw new ArgumentException($"The profiles cannot be compared: one has {string.Join(", ", baseline.SampleTypes)}, the other {string.Join(", ", current.SampleTypes)}.");
        var tree = CallTree.Diff(baseline, current, types, settings.Tree with { Inverted = false });
        Write(tree, ProfileCaption.Of(current, settings.Title, tree), Shown(settings, current, types), destination);
    }

    /// <summary>
    /// Rewrites the texts in the data of such a page: what stands in its element <c>&lt;script type="application/octet-stream" id="profile"&gt;</c>. The page's own title is not in it.
    /// </summary>
    /// <returns>The new data, base64 as the old one.</returns>
    /// <exception cref="ProfileFormatException">It is not data of such a page.</exception>
    public static byte[] RewriteData(ReadOnlySpan<byte> data, TextRewriter rewriter)
    {
        ArgumentNullException.ThrowIfNull(rewriter);
        return FlameGraphHtmlRewrite.Of(data, rewriter);
    }

    /// <summary>Whether this is the script or the style sheet of such a page, as this version writes them: the same in every page, so there is nothing of anybody in it.</summary>
    public static bool IsOwnAsset(ReadOnlySpan<byte> content) => content.SequenceEqual(Script.Value) || content.SequenceEqual(Style.Value);

    static readonly Lazy<byte[]> Script = new(() => Encoding.UTF8.GetBytes(Page.Value.Script));
    static readonly Lazy<byte[]> Style = new(() => Encoding.UTF8.GetBytes(Page.Value.Style));

    static ArgumentException NoTypes() => new("The profile has no sample types, so there is nothing to draw.");

    static int Shown(FlameGraphOptions options, Profile profile, int[] types) => Math.Max(0, Array.IndexOf(types, options.ValueIndex ?? profile.DefaultSampleTypeIndex));

    static void Write(CallTree tree, ProfileCaption caption, int shownColumn, Stream destination) =>
        Page.Value.Write(destination, caption.Title, FlameGraphHtmlData.Encode(tree, caption, shownColumn));
}
