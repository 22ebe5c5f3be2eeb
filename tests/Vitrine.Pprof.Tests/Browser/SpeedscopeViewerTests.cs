using System.Diagnostics;
using System.Security.Cryptography;
using Vitrine.Pprof.Tests.Views;
using Vitrine.Pprof.Views;
using Vitrine.TestTargets;

namespace Vitrine.Pprof.Tests.Browser;

/// <summary>speedscope itself opens what is written here: the published application, from the npm package that package-lock.json names, in a browser.</summary>
public sealed class SpeedscopeViewerTests(Chromium browser) : IClassFixture<Chromium>
{
    static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(3);

    /// <summary>The page of the installed application. Fetching it needs npm and a registry; without them the test is skipped, in CI too: neither belongs to this project.</summary>
    static string Application()
    {
        var source = Path.Combine(Checkout.Root, "tests", "Vitrine.Pprof.Tests", "Browser");
        var hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(source, "package-lock.json"))).AsSpan(0, 8));
        var folder = Path.Combine(Checkout.Cache, "pprof-tests", "viewers-" + hash);
        var page = Path.Combine(folder, "node_modules", "speedscope", "dist", "release", "index.html");
        if (File.Exists(page))
            return page;
        var aside = $"{folder}.{Guid.NewGuid():N}";
        Directory.CreateDirectory(aside);
        foreach (var file in (string[])["package.json", "package-lock.json"])
            File.Copy(Path.Combine(source, file), Path.Combine(aside, file));
        try
        {
            using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]) { WorkingDirectory = aside, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = npm.StandardOutput.ReadToEndAsync();
            var errors = npm.StandardError.ReadToEndAsync();
            if (!npm.WaitForExit(InstallLimit))
            {
                npm.Kill(entireProcessTree: true);
                Prerequisite.Missing("npm did not fetch speedscope within three minutes");
            }
            if (npm.ExitCode != 0)
                Prerequisite.Missing($"npm could not fetch speedscope: {errors.Result.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.Ordinal))}");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Prerequisite.Missing("npm is missing: apt-get install npm");
        }
        try
        {
            Directory.Move(aside, folder);
        }
        catch (IOException) when (File.Exists(page))
        {
            Directory.Delete(aside, recursive: true);
        }
        return page;
    }

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
