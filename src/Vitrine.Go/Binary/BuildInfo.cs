namespace Vitrine.Go.Binary;

/// <summary>What the Go linker recorded about the build (<c>go version -m</c>).</summary>
public sealed class BuildInfo
{
    /// <summary>Parsed toolchain version.</summary>
    public required GoVersion Version { get; init; }

    /// <summary>Toolchain version as recorded.</summary>
    public string VersionText => Version.Text;

    /// <summary>Import path of the main package; null when the binary carries no module data.</summary>
    public string? MainPath { get; init; }

    /// <summary>Path of the main module.</summary>
    public string? ModulePath { get; init; }

    /// <summary>Version of the main module, <c>(devel)</c> for a checkout.</summary>
    public string? ModuleVersion { get; init; }

    /// <summary>Build settings: <c>-ldflags</c>, <c>CGO_ENABLED</c>, <c>GOARCH</c>, <c>vcs.revision</c>, …</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Modules the binary was built from.</summary>
    public IReadOnlyList<ModuleDependency> Dependencies { get; init; } = [];
}
