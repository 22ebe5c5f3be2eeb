using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Vitrine.Pprof.Views;

/// <summary>
/// A flame graph as one HTML page that needs nothing else: script, style and data are inside, and its content security policy lets it load nothing and run nothing
/// but its own script (by hash). The profile is in the page as compressed, base64-coded data, so no name can end the element it stands in.
/// docs/flamegraph.md says what the page can do.
/// </summary>
public static class FlameGraphHtml
{
    /// <summary>Concatenated in this order inside one function scope: a page opened from a file cannot load modules.</summary>
    static readonly string[] ScriptFiles = ["dom.js", "format.js", "data.js", "tree.js", "layout.js", "colour.js", "painter.js", "search.js", "tables.js", "scene.js", "texts.js", "input.js", "app.js", "main.js"];

    static readonly Lazy<(string Script, string Style, string Template)> Assets = new(() =>
    {
        var script = new StringBuilder("(() => {\n'use strict';\n");
        foreach (var file in ScriptFiles)
            script.Append('\n').Append(Asset.Read("page/" + file));
        return (script.Append("})();\n").ToString(), Asset.Read("flamegraph.css"), Asset.Read("flamegraph.html"));
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

    static ArgumentException NoTypes() => new("The profile has no sample types, so there is nothing to draw.");

    static int Shown(FlameGraphOptions options, Profile profile, int[] types) => Math.Max(0, Array.IndexOf(types, options.ValueIndex ?? profile.DefaultSampleTypeIndex));

    static void Write(CallTree tree, ProfileCaption caption, int shownColumn, Stream destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        var (script, style, template) = Assets.Value;
        var policy = $"default-src 'none'; script-src '{Hash(script)}'; style-src '{Hash(style)}'; base-uri 'none'; form-action 'none'";
        using var writer = new StreamWriter(destination, new UTF8Encoding(false), 1 << 16, leaveOpen: true);

        // One pass over the template: what is filled in is never looked at for further places to fill.
        var rest = template.AsSpan();
        while (rest.IndexOf("{{") is >= 0 and var open)
        {
            var close = open + rest[open..].IndexOf("}}");
            writer.Write(rest[..open]);
            writer.Write(rest[(open + 2)..close] switch
            {
                "policy" => policy,
                "title" => WebUtility.HtmlEncode(caption.Title),
                "style" => style,
                "script" => script,
                "data" => FlameGraphHtmlData.Encode(tree, caption, shownColumn),
                var unknown => throw new InvalidOperationException($"The template of the page has an unknown place {{{{{unknown}}}}}."),
            });
            rest = rest[(close + 2)..];
        }
        writer.Write(rest);
    }

    static string Hash(string inline) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(inline)));
}
