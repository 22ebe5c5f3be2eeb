using Vitrine.Pprof.Tests.Views;
using Vitrine.Pprof.Views;

namespace Vitrine.Pprof.Tests.Browser;

/// <summary>The SVG opened in a browser, where its script runs.</summary>
public sealed class FlameGraphPictureTests(Chromium browser) : IClassFixture<Chromium>
{
    const string Shown = "[...document.querySelectorAll('#frames > g')].filter((g) => g.getAttribute('display') !== 'none').map((g) => g.querySelector('title').textContent.split('\\n')[0])";

    async Task<Page> Open(Profile profile, string name, FlameGraphOptions? options = null)
    {
        browser.Require();
        var page = await browser.Open(browser.FileUrl(name + ".svg", stream => FlameGraphSvg.Write(profile, stream, options)), 1220, 400);
        await page.Until("document.querySelector('#controls').getAttribute('visibility') === 'visible'");
        return page;
    }

    [Fact]
    public async Task Click_Frame_ShowsOnlyItsPathAndWhatItCalls()
    {
        await using var page = await Open(ViewProfiles.Service(), "picture");
        await page.Picture("svg-light");
        await page.Click(60, 52 + 4 * 18 + 9);
        Assert.Equal("all,net/http.(*conn).serve,example.org/shop/cart.Handle,example.org/shop/cart.(*Cart).Total,encoding/json.Marshal,runtime.mallocgc", (await page.Evaluate(Shown + ".join(',')"))!.GetValue<string>());
        await page.Picture("svg-zoomed");
        await page.Press("Escape");
        Assert.Equal(10, (await page.Evaluate(Shown + ".length"))!.GetValue<int>());
        Assert.Empty(page.Errors);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Keys_ArrowsAndEnter_WalkAndZoom(bool rootAtBottom)
    {
        await using var page = await Open(ViewProfiles.Service(), "keys" + rootAtBottom, new() { RootAtBottom = rootAtBottom });
        var (deeper, higher) = rootAtBottom ? ("ArrowUp", "ArrowDown") : ("ArrowDown", "ArrowUp");
        await page.Evaluate("document.querySelector('#frames > g[tabindex=\"0\"]').focus()");
        foreach (var key in (string[])[deeper, "ArrowRight", "ArrowRight", deeper, higher, "Enter"])
            await page.Press(key);
        var shown = (await page.Evaluate(Shown + ".sort().join(',')"))!.GetValue<string>();
        Assert.Equal("[libc.so.6],all,main.main,runtime.mallocgc", shown);
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Search_Expression_MarksAndCounts()
    {
        await using var page = await Open(ViewProfiles.Service(), "find");
        await page.Evaluate("window.prompt = () => 'malloc|main'");
        await page.Press("/");
        Assert.Equal("matched 45.0% of what is drawn", await page.Text("#matched"));
        Assert.Equal(3, (await page.Evaluate("document.querySelectorAll('.match').length"))!.GetValue<int>());
        await page.Picture("svg-search");
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task HostileNames_Opened_StayText()
    {
        await using var page = await Open(ViewProfiles.Hostile(), "hostile");
        Assert.Equal(1, (await page.Evaluate("document.querySelectorAll('script').length"))!.GetValue<int>());
        await page.Picture("svg-hostile");
        Assert.Empty(page.Errors);
    }
}
