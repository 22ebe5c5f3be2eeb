using Vitrine.Pprof.Tests.Views;
using Vitrine.Pprof.Views;
using Vitrine.TestTargets;

namespace Vitrine.Pprof.Tests.Browser;

/// <summary>speedscope itself opens what is written here: the published application, from the npm package that package-lock.json names, in a browser.</summary>
public sealed class SpeedscopeViewerTests(Chromium browser) : IClassFixture<Chromium>
{
    /// <summary>The page of the installed application.</summary>
    static string Application() =>
        Path.Combine(NpmPackages.Require(Path.Combine("tests", "Vitrine.Pprof.Tests", "Browser"), "viewers"), "node_modules", "speedscope", "dist", "release", "index.html");

    /// <summary>As its own command line does it: the page is told of a script that hands it the file.</summary>
    async Task<Page> Load(byte[] file)
    {
        browser.Require();
        var application = new Uri(Application()).AbsoluteUri;
        var script = Path.Combine(browser.Folder, $"{Guid.NewGuid():N}.js");
        await File.WriteAllTextAsync(script, $"speedscope.loadFileFromBase64('profile.speedscope.json', '{Convert.ToBase64String(file)}')");
        return await browser.Open($"{application}#localProfilePath={script}");
    }

    static byte[] Written(Profile profile, string name)
    {
        using var stream = new MemoryStream();
        Speedscope.Write(profile, stream, name);
        return stream.ToArray();
    }

    [Fact]
    public async Task Open_Service_ShowsTheDefaultSampleType()
    {
        await using var page = await Load(Written(ViewProfiles.Service(), "shop"));
        await page.Until("document.body.innerText.includes('cpu/nanoseconds (2/2)')");
        Assert.StartsWith("shop", (await page.Evaluate("document.title"))!.GetValue<string>(), StringComparison.Ordinal);
        await page.Picture("speedscope");
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Open_HostileNames_AreShownAsText()
    {
        await using var page = await Load(Written(ViewProfiles.Hostile(), "hostile"));
        await page.Until("document.title.includes('hostile') && document.body.innerText.includes('Sandwich')");
        Assert.Empty(page.Errors);
    }

    [Fact]
    public async Task Open_NotASpeedscopeFile_IsNoticedByThisTest()
    {
        // The other tests prove something only if a wrong file does not look like a right one.
        await using var page = await Load("""{"$schema":"https://www.speedscope.app/file-format-schema.json","shared":{"frames":[]},"profiles":[{"type":"sampled"}]}"""u8.ToArray());
        await page.Until("document.body.innerText.includes('went wrong') || document.body.innerText.includes('Unrecognized')");
    }
}
