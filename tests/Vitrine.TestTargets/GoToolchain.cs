namespace Vitrine.TestTargets;

/// <summary>One fetched Go toolchain (<c>eng/go-toolchains</c>).</summary>
/// <param name="Version">Two-part version, such as <c>1.26</c>.</param>
/// <param name="Root">Its GOROOT.</param>
public sealed record GoToolchain(string Version, string Root)
{
    /// <summary>Every version of the test matrix, oldest first; <c>eng/go-toolchains --list</c> prints the same.</summary>
    public static IReadOnlyList<string> Versions { get; } = ["1.19", "1.21", "1.22", "1.23", "1.24", "1.25", "1.26", "1.27"];

    /// <summary>The newest version of the matrix.</summary>
    public static string Newest => Versions[^1];

    /// <summary>The <c>go</c> command.</summary>
    public string Go => Path.Combine(Root, "bin", "go");

    /// <summary>The toolchain, or null when it was not fetched.</summary>
    public static GoToolchain? TryFind(string version)
    {
        var root = Path.Combine(Checkout.Cache, "go", version, "usr", "lib", $"go-{version}");
        return File.Exists(Path.Combine(root, "bin", "go")) ? new GoToolchain(version, root) : null;
    }

    /// <summary>The toolchain; the test is skipped when it is missing, or fails where nothing may be missing. The short run has only the oldest and the newest, whatever rows a test has.</summary>
    public static GoToolchain Require(string version)
    {
        if (!GoMatrix.VersionsOfThisRun.Contains(version)) Assert.Skip($"left out of --quick: Go {version}");
        var found = TryFind(version);
        if (found is null) Prerequisite.Missing($"Go {version} is missing: run eng/go-toolchains {version}");
        return found!;
    }

    /// <summary>Settings that keep the go command from looking for anything beyond this toolchain and the given source.</summary>
    public IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["GOROOT"] = Root,
        ["GOTOOLCHAIN"] = "local",
        ["GOFLAGS"] = "-mod=mod",
        ["GOPROXY"] = "off",
        ["GOWORK"] = "off",
        ["GOCACHE"] = Path.Combine(Checkout.Cache, "gocache"),
        ["GOPATH"] = Path.Combine(Checkout.Cache, "gopath"),
    };
}
