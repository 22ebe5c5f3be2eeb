namespace Vitrine.TestTargets;

/// <summary>Where the checkout and the cache of fetched and built things are.</summary>
public static class Checkout
{
    /// <summary>The folder that holds Vitrine.slnx.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The cache that <c>eng/</c> fills: <c>VITRINE_CACHE</c>, or <c>vitrine</c> in the user's cache folder.</summary>
    public static string Cache { get; } = FindCache();

    static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "Vitrine.slnx"))) return folder;
        throw new InvalidOperationException($"no checkout above {AppContext.BaseDirectory}");
    }

    // The same rule as in eng/: both must find the same folder.
    static string FindCache()
    {
        if (Environment.GetEnvironmentVariable("VITRINE_CACHE") is { Length: > 0 } cache) return cache;
        var home = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetEnvironmentVariable("HOME") ?? "/root", ".cache");
        return Path.Combine(home, "vitrine");
    }
}
