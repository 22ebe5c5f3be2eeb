using System.Xml.Linq;
using Vitrine.Pprof.Views;

namespace Vitrine.Pprof.Tests.Views;

public sealed class FlameGraphSvgTests
{
    static readonly XNamespace Svg = "http://www.w3.org/2000/svg";

    static string Drawn(Profile profile, FlameGraphOptions? options = null) => ViewProfiles.Text(stream => FlameGraphSvg.Write(profile, stream, options));

    static List<XElement> Frames(string svg) => [.. XDocument.Parse(svg).Descendants(Svg + "g").Single(g => (string?)g.Attribute("id") == "frames").Elements(Svg + "g")];

    static string Title(XElement frame) => frame.Element(Svg + "title")!.Value;

    static double Number(XElement frame, string attribute) => double.Parse(frame.Element(Svg + "rect")!.Attribute(attribute)!.Value, System.Globalization.CultureInfo.InvariantCulture);

    [Fact]
    public void Write_Service_IsAsKept() => Golden.Check("service.svg", Drawn(ViewProfiles.Service()));

    [Fact]
    public void WriteDiff_TwoServices_IsAsKept() =>
        Golden.Check("service-diff.svg", ViewProfiles.Text(stream => FlameGraphSvg.WriteDiff(ViewProfiles.Service(), ViewProfiles.Service(extra: 30), stream, new() { RootAtBottom = true })));

    [Fact]
    public void Write_HostileNames_IsWellFormedAndInert()
    {
        var svg = Drawn(ViewProfiles.Hostile(), new() { Title = ViewProfiles.HostileNames[0] });
        var document = XDocument.Parse(svg);
        Assert.Single(document.Descendants(Svg + "script"));
        Assert.All(document.Descendants().Attributes(), attribute => Assert.False(attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal), attribute.ToString()));
        Assert.DoesNotContain(document.Descendants(), element => element.Name.LocalName is "image" or "use" or "a" or "foreignObject");
        Assert.Contains(Frames(svg), frame => Title(frame).StartsWith("</script><script>", StringComparison.Ordinal));
        Assert.DoesNotContain('\u202e', svg);
    }

    [Fact]
    public void Write_AnyProfile_RefersToNothingOutside()
    {
        var svg = Drawn(ViewProfiles.Service());
        Assert.DoesNotContain("href", svg, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("@import", svg, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("//", svg.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal).Replace("//<![CDATA[", "", StringComparison.Ordinal).Replace("//]]>", "", StringComparison.Ordinal)
            .Replace("// ", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Frames_LieInsideTheirCallers()
    {
        var frames = Frames(Drawn(ViewProfiles.Service()));
        var byRow = frames.GroupBy(frame => Number(frame, "y")).OrderBy(row => row.Key).ToList();
        for (var row = 1; row < byRow.Count; row++)
            foreach (var frame in byRow[row])
                Assert.Contains(byRow[row - 1], caller => Number(caller, "x") <= Number(frame, "x") + 0.001
                    && Number(frame, "x") + Number(frame, "width") <= Number(caller, "x") + Number(caller, "width") + 0.001);
    }

    [Fact]
    public void Write_MoreFramesThanAllowed_SaysHowManyAreNotDrawn()
    {
        var lines = Enumerable.Range(0, 100).Select(i => $"main;f{i} {200 - i}").ToArray();
        var frames = Frames(Drawn(ViewProfiles.Of(lines), new() { MaxFrames = 12 }));
        Assert.Equal(13, frames.Count);
        Assert.Contains(frames, frame => Title(frame).StartsWith("90 small frames\ncalled by main", StringComparison.Ordinal));
    }

    [Fact]
    public void Write_DeeperThanAllowed_SaysSo()
    {
        var frames = Frames(Drawn(ViewProfiles.Of("a;b;c;d;e 1"), new() { MaxRows = 3 }));
        Assert.Contains(frames, frame => Title(frame).StartsWith("1 deeper frame\ncalled by b", StringComparison.Ordinal));
    }

    [Fact]
    public void Write_Inverted_StartsAtTheLeaves()
    {
        var frames = Frames(Drawn(ViewProfiles.Of("main;work;leaf 3"), new() { Tree = new() { Inverted = true } }));
        Assert.Equal(["all", "leaf", "work", "main"], frames.OrderBy(frame => Number(frame, "y")).Select(frame => Title(frame).Split('\n')[0]));
    }

    [Fact]
    public void Write_NothingSpent_SaysSo() => Assert.Contains("No sample has a value", Drawn(ViewProfiles.Of()), StringComparison.Ordinal);

    [Fact]
    public void Write_Twice_IsTheSame() => Assert.Equal(Drawn(ViewProfiles.Hostile()), Drawn(ViewProfiles.Hostile()));
}
