using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Vitrine.Agent.Timelines;

namespace Vitrine.Agent.Tests.Timelines;

/// <summary>The two forms of a timeline: the structure that Perfetto asks for, and a page that nothing from a target can take over.</summary>
public sealed class TimelineTests
{
    const string Hostile = "</script><script>alert(1)</script><img src=x onerror=alert(2)>{{script}}\u2028\"'&";

    [Fact]
    public void ChromeTrace_AnyTimeline_IsWhatPerfettoOpens()
    {
        using var document = JsonDocument.Parse(Written(ChromeTrace.Write, Sample()));
        ChromeTraceCheck.Valid(document.RootElement);
        var events = document.RootElement.GetProperty("traceEvents").EnumerateArray().ToList();
        var outer = events.Single(one => one.GetProperty("ph").GetString() == "X" && one.GetProperty("name").GetString() == "gc 1");
        Assert.Equal((1.5, 4.0), (outer.GetProperty("ts").GetDouble(), outer.GetProperty("dur").GetDouble()));
        Assert.Equal(Hostile, events.Single(one => one.GetProperty("ph").GetString() == "M" && one.GetProperty("name").GetString() == "process_name").GetProperty("args").GetProperty("name").GetString());
        Assert.Equal(2, events.Count(one => one.GetProperty("ph").GetString() == "C"));
    }

    [Fact]
    public void Html_HostileNames_StayText()
    {
        var page = Written(TimelineHtml.Write, Sample());

        // The only scripts are the data block and the page's own.
        var scripts = Regex.Matches(page, "<script[^>]*>", RegexOptions.None, TimeSpan.FromSeconds(5)).Select(match => match.Value).ToList();
        Assert.Equal(["<script id=\"data\" type=\"application/json\">", "<script>"], scripts);
        Assert.DoesNotContain("<img", page, StringComparison.Ordinal);
        Assert.DoesNotContain("onerror=alert(2)>", page, StringComparison.Ordinal);
        Assert.Equal(2, Regex.Count(page, "</script>", RegexOptions.None, TimeSpan.FromSeconds(5)));

        // And the data is what it was.
        using var data = JsonDocument.Parse(Between(page, "type=\"application/json\">", "</script>"));
        Assert.Equal(Hostile, data.RootElement.GetProperty("tracks")[0].GetProperty("name").GetString());
        Assert.Equal(Hostile, data.RootElement.GetProperty("tracks")[0].GetProperty("spans")[1][3].GetString());
    }

    [Fact]
    public void Html_Alone_LoadsNothingAndRunsOnlyItsOwnScript()
    {
        var page = Written(TimelineHtml.Write, Sample());
        var script = Between(page, "<script>", "</script>");
        var style = Between(page, "<style>", "</style>");
        var policy = Between(page, "Content-Security-Policy\" content=\"", "\"");

        Assert.Equal($"default-src 'none'; script-src '{Hash(script)}'; style-src '{Hash(style)}'; base-uri 'none'; form-action 'none'", policy);
        Assert.DoesNotMatch("<[a-z][^>]*\\s(src|href)\\s*=|https?://|@import|url\\(", Regex.Replace(page, "type=\"application/json\">.*?</script>", "", RegexOptions.Singleline, TimeSpan.FromSeconds(5)));
        Assert.DoesNotMatch("innerHTML|outerHTML|insertAdjacentHTML|document\\.write|eval\\(|new Function", script);
    }

    [Theory]
    [InlineData("x.svg")]
    [InlineData("timeline")]
    public void File_OfAnotherKind_IsRefused(string path) => Assert.Throws<UsageException>(() => TimelineFile.Check(path));

    static string Between(string text, string from, string to)
    {
        var start = text.IndexOf(from, StringComparison.Ordinal) + from.Length;
        return text[start..text.IndexOf(to, start, StringComparison.Ordinal)];
    }

    static string Hash(string text) => "sha256-" + Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    static string Written(Action<Timeline, Stream> write, Timeline timeline)
    {
        using var stream = new MemoryStream();
        write(timeline, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    static Timeline Sample() => new(Hostile, Hostile, 4711, DateTimeOffset.UnixEpoch)
    {
        Tracks =
        [
            new(Hostile,
            [
                new("gc 1", TimelineKind.Cycle, 1_500, 4_000, [new("trigger", "heap")]),
                new(Hostile, TimelineKind.GcStop, 1_500, 1_000, [new(Hostile, Hostile)]),
                new("concurrent mark", TimelineKind.Mark, 2_500, 3_000, []),
            ]),
            new("empty", []),
        ],
        Curves = [new("heap", "bytes", [(0, 1), (10, 2)])],
        Notes = [Hostile],
    };
}
