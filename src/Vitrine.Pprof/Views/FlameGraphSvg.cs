using System.Globalization;
using System.Text;

namespace Vitrine.Pprof.Views;

/// <summary>
/// A flame graph as one SVG file. It is complete as a picture, with names, legend and tooltips, where scripts do not run (an issue, a chat, a document); opened
/// in a browser it can also zoom and search. It loads nothing. docs/flamegraph.md says what it can do.
/// </summary>
public static class FlameGraphSvg
{
    const int Row = 18;
    const int Margin = 10;
    const int Top = 52;
    const double LetterWidth = 7.25; // of 12 pixel monospace; the common fonts are 6.6 to 7.23

    /// <summary>Draws a profile. One with negative values is drawn as a difference. Does not dispose the stream.</summary>
    public static void Write(Profile profile, Stream destination, FlameGraphOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(profile);
        var settings = options ?? FlameGraphOptions.Default;
        var tree = CallTree.Of(profile, settings.ValueIndex ?? profile.DefaultSampleTypeIndex, settings.Tree);
        Write(tree, ProfileCaption.Of(profile, settings.Title, tree), settings, destination);
    }

    /// <summary>Draws a difference.</summary>
    /// <exception cref="ArgumentException">The base lacks the sample type.</exception>
    public static void WriteDiff(Profile baseline, Profile current, Stream destination, FlameGraphOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(current);
        var settings = options ?? FlameGraphOptions.Default;
        var tree = CallTree.Diff(baseline, current, [settings.ValueIndex ?? current.DefaultSampleTypeIndex], settings.Tree);
        Write(tree, ProfileCaption.Of(current, settings.Title, tree), settings, destination);
    }

    static void Write(CallTree tree, ProfileCaption caption, FlameGraphOptions options, Stream destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        options.Validate();
        var width = options.Width - 2 * Margin;
        var boxes = FlameGraphLayout.Of(tree, 0, width, options.MaxFrames, options.MaxRows);
        var rows = boxes.Count == 0 ? 1 : boxes.Max(box => box.Row) + 1;
        var height = Top + rows * Row + 34;
        using var svg = new StreamWriter(destination, new UTF8Encoding(false), 1 << 16, leaveOpen: true) { NewLine = "\n" };

        svg.Write(string.Create(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{options.Width}" height="{height}" viewBox="0 0 {options.Width} {height}" role="img" aria-labelledby="title subtitle">

            """));
        svg.Write($"<style>{Asset.Read("flamegraph-svg.css")}</style>\n");
        svg.Write("""
            <defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#ecebe6"/><rect width="1.5" height="6" fill="#cfcdc4"/></pattern></defs>
            <rect id="ground" width="100%" height="100%"/>

            """);
        svg.Write($"<text id=\"title\" x=\"{Margin}\" y=\"24\">{Escape(Fit(caption.Title, 60))}</text>\n");
        svg.Write($"<text id=\"subtitle\" x=\"{Margin}\" y=\"42\">{Escape(Subtitle(tree, caption))}</text>\n");
        svg.Write(string.Create(CultureInfo.InvariantCulture, $"""
            <g id="controls" visibility="hidden"><text id="matched" x="{options.Width - Margin}" y="42" text-anchor="end"></text><text x="{options.Width - Margin}" y="24" text-anchor="end"><tspan id="reset" role="button" tabindex="0">reset zoom (Esc)</tspan><tspan dx="18" id="search" role="button" tabindex="0">search (/)</tspan></text></g>
            <g id="frames" data-row="{Row}" data-left="{Margin}" data-width="{width}">

            """));
        foreach (var box in boxes)
            WriteBox(svg, tree, box, options, rows);
        svg.Write("</g>\n");
        if (boxes.Count == 0)
            svg.Write($"<text x=\"{Margin}\" y=\"{Top + 14}\">No sample has a value of this type.</text>\n");
        WriteLegend(svg, tree, boxes, options, height - 12);
        svg.Write($"<script>//<![CDATA[\n{Asset.Read("flamegraph-svg.js")}//]]></script>\n</svg>\n");
    }

    static string Subtitle(CallTree tree, ProfileCaption caption)
    {
        var type = tree.SampleTypes[0];
        var value = tree.IsDiff
            ? $"{ValueText.Of(tree.BaseTotal()[0], type.Unit)} → {ValueText.Of(tree.Total()[0], type.Unit)} ({ValueText.Change(tree.BaseTotal()[0], tree.Total()[0])}); width: before + after"
            : ValueText.Of(tree.Total()[0], type.Unit);
        var direction = tree.IsInverted ? "callers of the functions that spent it" : null;
        return string.Join(" · ", new[] { $"{DisplayText.Of(type.Type)} ({DisplayText.Of(type.Unit)}): {value}", direction }.Concat(caption.Notes).Where(part => part is not null));
    }

    static void WriteBox(StreamWriter svg, CallTree tree, FlameGraphBox box, FlameGraphOptions options, int rows)
    {
        var frame = tree.FrameIndexes[box.Node];
        var name = frame < 0 ? "all" : DisplayText.Of(tree.Frames[frame].Name);
        string label, title, fill;
        if (box.Hidden > 0)
        {
            var what = box.Row >= options.MaxRows ? "deeper" : "small";
            label = string.Create(CultureInfo.InvariantCulture, $"{box.Hidden:N0} {what} frame{(box.Hidden == 1 ? "" : "s")}");
            title = $"{label}\n{(tree.IsInverted ? "callers of" : "called by")} {name}; not drawn one by one in this picture";
            fill = "url(#hatch)";
        }
        else
        {
            label = name;
            title = $"{name}\n{Values(tree, box.Node)}";
            fill = tree.IsDiff ? FlameGraphPalette.OfChange(tree.BaseTotal()[box.Node], tree.Total()[box.Node])
                : frame < 0 ? FlameGraphPalette.Neutral
                : FlameGraphPalette.OfName(options.Colours == FlameGraphColours.Package ? DisplayText.Of(tree.Frames[frame].Package) : name);
        }
        var y = Top + Row * (options.RootAtBottom ? rows - 1 - box.Row : box.Row);
        // s = several frames, w = wide enough for a line around it
        var kind = (box.Hidden > 0 ? "s" : "") + (box.Width > 3 ? box.Hidden > 0 ? " w" : "w" : "");
        svg.Write(kind.Length > 0 ? $"<g class=\"{kind}\">" : "<g>");
        svg.Write($"<title>{Escape(title)}</title>");
        svg.Write(string.Create(CultureInfo.InvariantCulture, $"<rect x=\"{Margin + box.Left:0.####}\" y=\"{y}\" width=\"{box.Width:0.####}\" height=\"{Row - 1}\" fill=\"{fill}\"/>"));
        var letters = (int)((box.Width - 6) / LetterWidth);
        if (letters >= 3)
            svg.Write(string.Create(CultureInfo.InvariantCulture, $"<text x=\"{Margin + box.Left + 3:0.##}\" y=\"{y + 13}\">{Escape(Fit(label, letters))}</text>"));
        svg.Write("</g>\n");
    }

    static string Values(CallTree tree, int node)
    {
        var unit = tree.SampleTypes[0].Unit;
        var total = tree.Total()[node];
        if (!tree.IsDiff)
            return $"{ValueText.Of(total, unit)}, {ValueText.Share(total, tree.Total()[0])}" + (tree.IsInverted ? "" : $", self {ValueText.Of(tree.Self()[node], unit)}");
        var before = tree.BaseTotal()[node];
        return $"{ValueText.Of(before, unit)} → {ValueText.Of(total, unit)}, {ValueText.Delta(total - before, unit)} ({ValueText.Change(before, total)})";
    }

    static void WriteLegend(StreamWriter svg, CallTree tree, List<FlameGraphBox> boxes, FlameGraphOptions options, int y)
    {
        if (boxes.Count == 0)
            return;
        if (tree.IsDiff)
        {
            svg.Write($"<g class=\"legend\"><text x=\"{Margin}\" y=\"{y}\">gone</text>");
            for (var i = -5; i <= 5; i++)
                svg.Write($"<rect x=\"{Margin + 38 + (i + 5) * 16}\" y=\"{y - 11}\" width=\"16\" height=\"13\" fill=\"{FlameGraphPalette.OfChangeShare(i / 5.0)}\"/>");
            svg.Write($"<text x=\"{Margin + 38 + 11 * 16 + 6}\" y=\"{y}\">new</text></g>\n");
            return;
        }
        if (options.Colours != FlameGraphColours.Package)
            return;
        var x = (double)Margin;
        svg.Write("<g class=\"legend\">");
        foreach (var package in LargestPackages(tree))
        {
            var label = Fit(package[(package.LastIndexOf('/') + 1)..], 24);
            if (x + 30 + Cells(label) * LetterWidth > options.Width - Margin)
                break;
            svg.Write(string.Create(CultureInfo.InvariantCulture,
                $"<g><title>{Escape(package)}</title><rect x=\"{x:0.##}\" y=\"{y - 10}\" width=\"11\" height=\"11\" rx=\"2\" fill=\"{FlameGraphPalette.OfName(package)}\"/><text x=\"{x + 16:0.##}\" y=\"{y}\">{Escape(label)}</text></g>"));
            x += 34 + Cells(label) * LetterWidth;
        }
        svg.Write("</g>\n");
    }

    /// <summary>The packages that spent most themselves.</summary>
    static IEnumerable<string> LargestPackages(CallTree tree)
    {
        var sums = new Dictionary<string, double>();
        var packages = tree.Frames.Select(frame => DisplayText.Of(frame.Package)).ToArray();
        for (var node = 1; node < tree.NodeCount; node++)
            if (tree.Self()[node] > 0)
                sums[packages[tree.FrameIndexes[node]]] = sums.GetValueOrDefault(packages[tree.FrameIndexes[node]]) + tree.Self()[node];
        return sums.Where(sum => sum.Key.Length > 0).OrderByDescending(sum => sum.Value).ThenBy(sum => sum.Key, StringComparer.Ordinal).Take(8).Select(sum => sum.Key);
    }

    /// <summary>The text in so many letters: whole, or without the directories of its package, or cut.</summary>
    static string Fit(string text, int letters)
    {
        if (Cells(text) <= letters)
            return text;
        var end = text.IndexOf('[', StringComparison.Ordinal);
        var slash = text.LastIndexOf('/', end < 0 ? text.Length - 1 : end);
        var name = slash < 0 ? text : text[(slash + 1)..];
        if (Cells(name) <= letters)
            return name;
        var cells = 1; // of the ellipsis
        var length = 0;
        foreach (var rune in name.EnumerateRunes())
        {
            cells += Cells(rune);
            if (cells > letters)
                break;
            length += rune.Utf16SequenceLength;
        }
        return name[..length] + "…";
    }

    static int Cells(string text)
    {
        var cells = 0;
        foreach (var rune in text.EnumerateRunes())
            cells += Cells(rune);
        return cells;
    }

    /// <summary>East Asian letters and emoji are two letters wide.</summary>
    static int Cells(Rune rune) => rune.Value is >= 0x1100 and < 0xfb00 and not (>= 0x1680 and < 0x2600) or > 0xffff ? 2 : 1;

    /// <summary>For text and attributes. What XML cannot hold at all, <see cref="DisplayText"/> has spelled out.</summary>
    static string Escape(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);
}
