using System.Globalization;
using Vitrine.Pprof.Tests.Views;
using Vitrine.Pprof.Views;

namespace Vitrine.Pprof.Tests.Browser;

/// <summary>The page in a real browser, as a person uses it: keyboard, mouse, and what is then on the screen.</summary>
public sealed class FlameGraphPageTests(Chromium browser) : IClassFixture<Chromium>
{
    async Task<Page> OpenPage(Profile profile, string name, bool dark = false, int width = 1400)
    {
        browser.Require();
        var page = await browser.Open(browser.FileUrl(name + ".html", stream => FlameGraphHtml.Write(profile, stream)), width, dark: dark);
        return await Ready(page);
    }

    static async Task<Page> Ready(Page page)
    {
        await page.Until("document.querySelector('main[aria-busy=false]') && document.querySelector('#top tbody').rows.length > 0");
        Assert.Empty(page.Errors);
        return page;
    }

    static Task<string> Selected(Page page) => page.Text("#selection");

    /// <summary>Focuses the graph and selects a frame by walking down from the root.</summary>
    static async Task Select(Page page, params string[] keys)
    {
        await page.Evaluate("document.querySelector('#canvas').focus()");
        foreach (var key in keys)
            await page.Press(key);
    }

    [Fact]
    public async Task Open_Service_ShowsTotalsAndTheTable()
    {
        await using var page = await OpenPage(ViewProfiles.Service(), "service");
        Assert.Equal("shop", await page.Text("#title"));
        Assert.StartsWith("cpu (nanoseconds) · 1 s, 100.0% · taken 2023-11-14 22:13:20 UTC · over 30 s", await Selected(page), StringComparison.Ordinal);
        Assert.Equal("410 ms41.0%410 ms41.0%runtime.mallocgc", await page.Text("#top tbody tr"));
        Assert.Equal("runtimejsoncart[libc.so.6]", await page.Text("#legend"));
        await page.Picture("service-light");
    }

    [Fact]
    public async Task Keys_Arrows_WalkTheTree()
    {
        await using var page = await OpenPage(ViewProfiles.Service(), "walk");
        await Select(page, "ArrowDown", "ArrowDown");
        Assert.Equal("net/http.(*conn).serve: 850 ms, 85.0%, self 0 ns", await Selected(page));
        await Select(page, "ArrowRight");
        Assert.Equal("runtime.gcBgMarkWorker: 100 ms, 10.0%, self 100 ms", await Selected(page));
        await Select(page, "ArrowRight", "ArrowDown");
        Assert.Equal("[libc.so.6]: 40 ms, 4.00%, self 40 ms", await Selected(page));
        await Select(page, "ArrowUp", "ArrowUp");
        Assert.Equal("all: 1 s, 100.0%, self 0 ns", await Selected(page));
    }

    [Fact]
    public async Task Keys_EnterBackspaceEscape_ZoomAndComeBack()
    {
        await using var page = await OpenPage(ViewProfiles.Service(), "zoom");
        await Select(page, "ArrowDown", "ArrowDown", "ArrowDown", "Enter");
        Assert.Equal("allnet/http.(*conn).serveexample.org/shop/cart.Handle", await page.Text("#crumbs"));
        await page.Picture("service-zoomed");
        await page.Press("Backspace");
        Assert.Equal("allnet/http.(*conn).serve", await page.Text("#crumbs"));
        await page.Press("Escape");
        Assert.Equal("all", await page.Text("#crumbs"));
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Zoom_WithMotion_EndsAtTheSamePlace()
    {
        browser.Require();
        await using var page = await Ready(await browser.Open(browser.FileUrl("motion.html", stream => FlameGraphHtml.Write(ViewProfiles.Service(), stream)), reducedMotion: false));
        var top = (await page.Evaluate("document.querySelector('#canvas').getBoundingClientRect().top"))!.GetValue<double>();
        await page.Click(860, top + 30);
        Assert.Equal("allmain.main", await page.Text("#crumbs"));
        // When the motion has ended, main.main's first callee begins at the left edge.
        await page.Until($"(() => {{ document.querySelector('#canvas').dispatchEvent(new PointerEvent('pointermove', {{ clientX: 5, clientY: {(top + 50).ToString(CultureInfo.InvariantCulture)} }})); return document.querySelector('#tip').textContent.startsWith('[libc.so.6]'); }})()");
        await page.Press("Escape");
        await page.Until("document.querySelector('#reset').disabled");
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task WheelAndDrag_ZoomAndMoveTheWindow()
    {
        await using var page = await OpenPage(ViewProfiles.Service(), "window");
        var top = (await page.Evaluate("document.querySelector('#canvas').getBoundingClientRect().top"))!.GetValue<double>();
        await page.ControlWheel(5, top + 30, -400);
        await page.Until("!document.querySelector('#reset').disabled");
        await page.Hover(700, top + 30);
        Assert.StartsWith("net/http", await page.Text("#tip"), StringComparison.Ordinal);
        // How far one turn of the wheel zooms depends on the platform; so does how often one has to drag from one end to the other.
        for (var drags = 0; !(await page.Text("#tip")).StartsWith("main.main", StringComparison.Ordinal); drags++)
        {
            Assert.InRange(drags, 0, 40);
            await page.Drag(800, top + 30, 20, top + 30);
            await page.Hover(890, top + 30);
        }
        Assert.Equal("all", await page.Text("#crumbs"));
        await page.Press("Escape");
        Assert.True((await page.Evaluate("document.querySelector('#reset').disabled"))!.GetValue<bool>());
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Click_Frame_ZoomsToItAndShowsItsCallersAndCallees()
    {
        await using var page = await OpenPage(ViewProfiles.Service(), "click");
        var top = (await page.Evaluate("document.querySelector('#canvas').getBoundingClientRect().top"))!.GetValue<double>();
        await page.ClickOn("#tab-frame");
        await page.Click(40, top + 4 * 20 + 10);
        Assert.Equal("encoding/json.Marshal: 650 ms, 65.0%, self 250 ms", await Selected(page));
        var details = await page.Text("#frame");
        Assert.Contains("Calls from here 1400 ms61.5%runtime.mallocgc", details, StringComparison.Ordinal);
        Assert.Contains("Called anywhere by 1650 ms100.0%example.org/shop/cart.(*Cart).Total", details, StringComparison.Ordinal);
        Assert.Contains("Source/go/encoding/json/encode.go", details, StringComparison.Ordinal);
        await page.Picture("service-details");
    }

    [Fact]
    public async Task Keys_Sandwich_PutsCallersAboveAndCalleesBelow()
    {
        await using var page = await OpenPage(ViewProfiles.Service(), "sandwich");
        await page.Evaluate("document.querySelector('#filter').value = 'mallocgc'; document.querySelector('#filter').dispatchEvent(new Event('input'))");
        await page.ClickOn("#top tbody button");
        Assert.Equal("true", (await page.Evaluate("document.querySelector('[data-view=sandwich]').getAttribute('aria-pressed')"))!.GetValue<string>());
        Assert.Equal("runtime.mallocgc: 410 ms, 41.0%, self 410 ms", await Selected(page));
        await Select(page, "ArrowUp");
        Assert.Equal("encoding/json.Marshal: 400 ms, 40.0%", await Selected(page));
        await Select(page, "ArrowRight");
        Assert.Equal("main.main: 10 ms, 1.00%", await Selected(page));
        await Select(page, "ArrowDown");
        Assert.StartsWith("runtime.mallocgc: 410 ms", await Selected(page), StringComparison.Ordinal);
        await page.Picture("service-sandwich");
    }

    [Fact]
    public async Task Keys_Inverted_StartsAtTheLeaves()
    {
        await using var page = await OpenPage(ViewProfiles.Service(), "inverted");
        await page.Press("i");
        await Select(page, "ArrowDown", "ArrowDown", "ArrowDown");
        Assert.Equal("encoding/json.Marshal: 400 ms, 40.0%", await Selected(page));
        await page.Picture("service-inverted");
        await page.Press("i");
        Assert.Equal("true", (await page.Evaluate("document.querySelector('[data-view=flame]').getAttribute('aria-pressed')"))!.GetValue<string>());
    }

    [Fact]
    public async Task Search_Expression_SaysTheShareOfTheStacksThatMatch()
    {
        await using var page = await OpenPage(ViewProfiles.Service(), "search");
        await page.Press("/");
        await page.Type("malloc|main\\.main");
        await page.Until("document.querySelector('#matched').textContent");
        Assert.Equal("45.0% in 2 functions", await page.Text("#matched"));
        await page.Press("Enter");
        Assert.StartsWith("runtime.mallocgc: 400 ms", await Selected(page), StringComparison.Ordinal);
        await page.Press("Enter");
        Assert.StartsWith("main.main: 50 ms", await Selected(page), StringComparison.Ordinal);
        Assert.Equal("45.0% in 2 functions · 2/2", await page.Text("#matched"));
        await page.Picture("service-search");
        await page.Press("Escape");
        Assert.Equal("", await page.Text("#matched"));
    }

    [Fact]
    public async Task Search_NotAnExpression_IsPlainText()
    {
        await using var page = await OpenPage(ViewProfiles.Service(), "plain");
        await page.Press("/");
        await page.Type("(*conn");
        await page.Until("document.querySelector('#matched').textContent");
        Assert.Equal("85.0% in 1 function (plain text)", await page.Text("#matched"));
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Keys_Value_SwitchesTheSampleTypeAndKeepsTheZoom()
    {
        await using var page = await OpenPage(ViewProfiles.Service(), "value");
        await Select(page, "ArrowDown", "ArrowDown", "Enter");
        await page.Press("v");
        Assert.Equal("net/http.(*conn).serve: 85, 85.0%, self 0", await Selected(page));
        Assert.Equal("allnet/http.(*conn).serve", await page.Text("#crumbs"));
        Assert.Equal("4141.0%4141.0%runtime.mallocgc", await page.Text("#top tbody tr"));
    }

    [Fact]
    public async Task SmallFrames_BoxAndList_ReachEveryFrame()
    {
        // One wide frame and 5,000 that are a few thousandths of a pixel each.
        string[] lines = ["main;big 100000000", .. Enumerable.Range(0, 5_000).Select(i => $"main;small{i:d4} 10")];
        await using var page = await OpenPage(ViewProfiles.Of(lines), "small");
        await Select(page, "ArrowDown", "ArrowDown");
        Assert.StartsWith("main: 100 M", await Selected(page), StringComparison.Ordinal);
        await page.ClickOn("#tab-frame");
        Assert.Contains("4,801 more frames…", await page.Text("#frame"), StringComparison.Ordinal);
        await Select(page, "ArrowDown", "ArrowRight", "ArrowRight");
        Assert.Equal("small0001: 10, <0.01%, self 10", await Selected(page));
        await page.Press("Enter");
        Assert.Equal("allmainsmall0001", await page.Text("#crumbs"));
    }

    [Fact]
    public async Task SmallFrames_Click_ZoomsInOnThem()
    {
        string[] lines = ["main;big 800", .. Enumerable.Range(0, 2_000).Select(i => $"main;s{i:d4} 1")];
        await using var page = await OpenPage(ViewProfiles.Of(lines), "box");
        var top = (await page.Evaluate("document.querySelector('#canvas').getBoundingClientRect().top"))!.GetValue<double>();
        var width = (await page.Evaluate("document.querySelector('#canvas').getBoundingClientRect().width"))!.GetValue<double>();
        await page.Hover(width - 30, top + 2 * 20 + 10);
        Assert.Contains("2,000 small frames", await page.Text("#tip"), StringComparison.Ordinal);
        await page.Click(width - 30, top + 2 * 20 + 10);
        Assert.Equal("allmain2,000 small frames", await page.Text("#crumbs"));
        await page.Hover(2, top + 2 * 20 + 10);
        Assert.Contains("s0000", await page.Text("#tip"), StringComparison.Ordinal);
        await page.Picture("small-frames");
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Diff_TwoProfiles_ShowsBothValuesAndTheChange()
    {
        browser.Require();
        await using var page = await Ready(await browser.Open(browser.FileUrl("diff.html", stream =>
            FlameGraphHtml.WriteDiff(ViewProfiles.Service(), ViewProfiles.Service(extra: 30), stream, new() { Title = "before and after" }))));
        Assert.StartsWith("cpu (nanoseconds) · 1 s → 1.3 s, +300 ms (+30%)", await Selected(page), StringComparison.Ordinal);
        Assert.Equal("gone  new", await page.Text("#legend"));
        await page.Press("/");
        await page.Type("sha256");
        await page.Until("document.querySelector('#matched').textContent");
        Assert.Equal("0% → 23.1% in 1 function", await page.Text("#matched"));
        await page.Press("Enter");
        Assert.Equal("crypto/sha256.block: 0 ns → 300 ms, +300 ms (new)", await Selected(page));
        await page.Picture("diff");
    }

    [Fact]
    public async Task HostileNames_InEveryPartOfThePage_StayText()
    {
        await using var page = await OpenPage(ViewProfiles.Hostile(), "hostile");
        await page.ClickOn("#tab-frame");
        await Select(page, "ArrowDown", "ArrowDown");
        foreach (var _ in ViewProfiles.HostileNames)
        {
            await page.Press("ArrowDown");
            await page.Press("y");
            await page.Press("s");
            await page.Press("1");
            await Select(page, "ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight");
        }
        await page.Press("/");
        await page.Type("</script>");
        await page.Until("document.querySelector('#matched').textContent");
        Assert.Contains("in 1 function", await page.Text("#matched"), StringComparison.Ordinal);
        Assert.Equal("Profile", (await page.Evaluate("document.title"))!.GetValue<string>());
        Assert.Equal(0, (await page.Evaluate("document.querySelectorAll('img, svg, iframe, object').length"))!.GetValue<int>());
        Assert.Equal(2, (await page.Evaluate("document.scripts.length"))!.GetValue<int>());
        await page.Picture("hostile");
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Theme_Toggle_ChangesColours()
    {
        await using var page = await OpenPage(ViewProfiles.Service(), "dark", dark: true);
        var dark = await page.Picture("service-dark");
        await page.Press("d");
        Assert.Equal("light", (await page.Evaluate("document.documentElement.dataset.theme"))!.GetValue<string>());
        Assert.NotEqual(dark, await page.Picture("service-toggled"));
    }

    [Fact]
    public async Task Help_QuestionMark_ListsTheKeys()
    {
        await using var page = await OpenPage(ViewProfiles.Service(), "help");
        await page.Press("?");
        Assert.True((await page.Evaluate("document.querySelector('#keys').open"))!.GetValue<bool>());
        await page.Press("Enter");
        await page.Until("!document.querySelector('#keys').open");
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Accessibility_EveryControl_HasAName()
    {
        await using var page = await OpenPage(ViewProfiles.Service(), "names");
        var nameless = await page.Evaluate("""
            [...document.querySelectorAll('button, input, select, canvas, nav, aside, [role=separator]')]
              .filter((e) => !e.hidden && !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length)).map((e) => e.outerHTML).join('\n')
            """);
        Assert.Equal("", nameless!.GetValue<string>());
        Assert.Equal("polite", (await page.Evaluate("document.querySelector('#selection').getAttribute('aria-live')"))!.GetValue<string>());
    }

    [Fact]
    public async Task Resize_Narrow_StaysUsable()
    {
        await using var page = await OpenPage(ViewProfiles.Service(), "narrow");
        await page.Resize(600, 800);
        await page.Until("document.querySelector('#canvas').getBoundingClientRect().width <= 600");
        Assert.True((await page.Evaluate("document.documentElement.scrollWidth <= 600"))!.GetValue<bool>());
        await page.Picture("service-narrow");
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task EmptyProfile_Open_SaysThatThereIsNothing()
    {
        browser.Require();
        await using var page = await browser.Open(browser.FileUrl("empty.html", stream => FlameGraphHtml.Write(ViewProfiles.Of(), stream)));
        await page.Until("document.querySelector('main[aria-busy=false]')");
        Assert.Contains("no samples", await page.Text("#message"), StringComparison.Ordinal);
        foreach (var key in (string[])["ArrowDown", "Enter", "s", "i", "n", "y", "c", "v", "Backspace", "Escape"])
            await page.Press(key);
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Formatting_Values_AreTheSameAsInThePicture()
    {
        // The page's format.js and ValueText.cs follow the same rules: every tooltip of the picture must be what the page says.
        long[] values = [1, 999, 1_000, 1_234, 99_949, 99_951, 999_949, 1_048_575, 1_048_576, 59_999_999_999, 60_000_000_001, 3_599_000_000_000, 123_456_789_012_345];
        foreach (var unit in (string[])["nanoseconds", "bytes", "count", "widgets", "ms"])
        {
            var profile = ViewProfiles.Of([new("value", unit)], [.. values.Select(v => $"f{v} {v}")]);
            var expected = ViewProfiles.Text(stream => TextTree.Write(CallTree.Of(profile, 0), stream, minFraction: 0)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(2)
                .Select(line => line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).ToDictionary(cells => cells[3], cells => $"{cells[2]}{cells[1]}");
            await using var page = await OpenPage(profile, "format-" + unit);
            var rows = (await page.Evaluate("[...document.querySelectorAll('#top tbody tr')].map((row) => [row.cells[2].textContent, row.cells[0].textContent])"))!.AsArray();
            Assert.Equal(values.Length, rows.Count);
            Assert.All(rows, row => Assert.Equal(expected[row![0]!.GetValue<string>()], row[1]!.GetValue<string>()));
        }
    }

    [Fact]
    public async Task HundredThousandStacks_EveryView_AddsUp()
    {
        var profile = Wide(100_000);
        var tree = CallTree.Of(profile, 0);
        await using var page = await OpenPage(profile, "wide");
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{tree.Total()[0] / 1e6:0.#} M, 100.0%"), await Selected(page), StringComparison.Ordinal);
        foreach (var view in (string[])["2", "3", "1"])
        {
            await page.Press(view);
            await page.Picture("wide-" + view);
        }
        await page.Press("/");
        await page.Type("leaf7");
        await page.Until("document.querySelector('#matched').textContent.includes('function')");
        Assert.Empty(page.Errors);
    }

    /// <summary>A profile with so many distinct stacks of 12 to 40 frames.</summary>
    internal static Profile Wide(int stacks)
    {
        var random = new Random(5);
        string[] packages = ["net/http", "encoding/json", "example.org/shop/cart", "database/sql", "github.com/prometheus/client_golang/prometheus", "runtime", "crypto/tls", "example.org/shop/search"];
        var builder = new ProfileBuilder(new SampleType("samples", "count"));
        var functions = Enumerable.Range(0, 6_000).Select(i => builder.Location(-1, 0, [new Line(builder.Function($"{packages[i % 8]}.{(i % 3 == 0 ? "leaf" : "step")}{i}", "", $"/src/{packages[i % 8]}/f{i % 40}.go", i), i)])).ToArray();
        var unique = new HashSet<string>();
        while (unique.Count < stacks)
        {
            // A common trunk and a few choices on the way, as services have them.
            var stack = new int[12 + random.Next(29)];
            var at = random.Next(4);
            for (var depth = 0; depth < stack.Length; depth++)
            {
                stack[^(depth + 1)] = functions[at];
                at = (at * 31 + 7 + (random.Next(5) == 0 ? random.Next(8) : 0)) % functions.Length;
            }
            stack[0] = functions[random.Next(functions.Length)];
            if (unique.Add(string.Join(',', stack)))
                builder.AddSample(stack, [1 + (long)(50 / (0.02 + random.NextDouble()))]);
        }
        return builder.Build();
    }
}
