using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Vitrine.Pprof.Views;

namespace Vitrine.Pprof.Tests.Views;

/// <summary>What can be said about the page without a browser; the tests in the folder Browser open it.</summary>
public sealed class FlameGraphHtmlTests
{
    static string Page(Profile profile, string? title = null) => ViewProfiles.Text(stream => FlameGraphHtml.Write(profile, stream, new() { Title = title }));

    static string Between(string text, string start, string end)
    {
        var from = text.IndexOf(start, StringComparison.Ordinal) + start.Length;
        return text[from..text.IndexOf(end, from, StringComparison.Ordinal)];
    }

    static string Hash(string content) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}'";

    [Fact]
    public void Write_Page_AllowsItsOwnScriptAndStyleAndNothingElse()
    {
        var page = Page(ViewProfiles.Service());
        var policy = Between(page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
        Assert.Equal($"default-src 'none'; script-src {Hash(Between(page, "<script>", "</script>"))}; style-src {Hash(Between(page, "<style>", "</style>"))}; base-uri 'none'; form-action 'none'", policy);
    }

    [Fact]
    public void Write_HostileNamesAndTitle_StayInsideTheData()
    {
        var page = Page(ViewProfiles.Hostile(), "</title><script>{{data}}</script>");
        Assert.Equal(3, Regex.Count(page, "<script|</script>\n<script") + 1);
        Assert.Equal(2, Regex.Count(page, "</script"));
        Assert.Matches("^[A-Za-z0-9+/=]+$", Between(page, "id=\"profile\">", "</script>"));
        Assert.DoesNotContain("owned", page, StringComparison.Ordinal);
        Assert.Contains("<title>&lt;/title&gt;&lt;script&gt;{{data}}&lt;/script&gt;</title>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Page_RefersToNothingOutside()
    {
        var page = Regex.Replace(Page(ViewProfiles.Service()), "id=\"profile\">[^<]*<", "");
        Assert.DoesNotContain("http:", page, StringComparison.Ordinal);
        Assert.DoesNotContain("https:", page, StringComparison.Ordinal);
        Assert.DoesNotMatch("""(src|href)=["']""", page);
        Assert.DoesNotContain("@import", page, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Page_NeverMakesMarkupOfText()
    {
        var script = Between(Page(ViewProfiles.Service()), "<script>", "</script>");
        Assert.DoesNotContain("innerHTML", script, StringComparison.Ordinal);
        Assert.DoesNotContain("insertAdjacentHTML", script, StringComparison.Ordinal);
        Assert.DoesNotContain("document.write", script, StringComparison.Ordinal);
        Assert.DoesNotContain("eval(", script, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Twice_IsTheSame() => Assert.Equal(Page(ViewProfiles.Hostile()), Page(ViewProfiles.Hostile()));

    [Fact]
    public void Write_ManyStacks_CostsAFewBytesPerNode()
    {
        var lines = new List<string>();
        for (var i = 0; i < 5_000; i++)
            lines.Add($"main.main;net/http.serve{i % 10};handler{i % 100};step{i % 1000};leaf{i} {i % 97 + 1}");
        var profile = ViewProfiles.Of([.. lines]);
        var nodes = CallTree.Of(profile, 0).NodeCount;
        var data = Between(Page(profile), "id=\"profile\">", "</script>");
        // names included; one JSON object per node takes about 100
        Assert.InRange(data.Length * 3 / 4.0 / nodes, 0.1, 8);
    }

    [Fact]
    public void Write_ProfileWithoutTypes_SaysSo() => Assert.Throws<ArgumentException>(() => Page(new ProfileBuilder().Build()));

    [Fact]
    public void WriteDiff_NothingInCommon_SaysWhatEachHas()
    {
        var error = Assert.Throws<ArgumentException>(() => FlameGraphHtml.WriteDiff(ViewProfiles.Of([new("inuse_space", "bytes")], "a 1"), ViewProfiles.Service(), Stream.Null));
        Assert.Contains("inuse_space/bytes", error.Message, StringComparison.Ordinal);
    }
}
