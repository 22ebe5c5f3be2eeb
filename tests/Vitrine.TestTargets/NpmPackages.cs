using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Vitrine.TestTargets;

/// <summary>Packages of npm that tests use, by a lock file in the checkout: fetched once into the cache. Fetching needs npm and a registry; without them the test is skipped, and fails in CI.</summary>
public static class NpmPackages
{
    static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(3);

    /// <summary>The folder that has <c>node_modules</c> in it.</summary>
    /// <param name="source">The folder of <c>package.json</c> and <c>package-lock.json</c>, from the root of the checkout.</param>
    /// <param name="name">What is fetched, for the cache and for whoever reads why a test was skipped.</param>
    public static string Require(string source, string name)
    {
        var from = Path.Combine(Checkout.Root, source);
        var hash = Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(from, "package-lock.json"))).AsSpan(0, 8));
        var folder = Path.Combine(Checkout.Cache, "npm-tests", $"{name}-{hash}");
        if (Directory.Exists(folder)) return folder;
        // Aside and renamed: two test programs may do it at once, and either result is right.
        var aside = $"{folder}.{Guid.NewGuid():N}";
        Directory.CreateDirectory(aside);
        foreach (var file in (string[])["package.json", "package-lock.json"])
            File.Copy(Path.Combine(from, file), Path.Combine(aside, file));
        Install(aside, name);
        try
        {
            Directory.Move(aside, folder);
        }
        catch (IOException) when (Directory.Exists(folder))
        {
            Directory.Delete(aside, recursive: true);
        }
        return folder;
    }

    static void Install(string folder, string name)
    {
        try
        {
            using var npm = Process.Start(new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = npm.StandardOutput.ReadToEndAsync();
            var errors = npm.StandardError.ReadToEndAsync();
            if (!npm.WaitForExit(InstallLimit))
            {
                npm.Kill(entireProcessTree: true);
                Prerequisite.Missing($"npm did not fetch {name} within three minutes");
            }
            if (npm.ExitCode != 0)
                Prerequisite.Missing($"npm could not fetch {name}: {errors.Result.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.Ordinal))}");
        }
        catch (Win32Exception)
        {
            Prerequisite.Missing("npm is missing: apt-get install npm");
        }
    }
}
