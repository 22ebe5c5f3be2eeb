namespace Vitrine.Go.Binary;

/// <summary>A module that a binary was built from.</summary>
/// <param name="Path">Module path; of the replacement when it was replaced.</param>
/// <param name="Version">Module version; of the replacement when it was replaced.</param>
/// <param name="Replaced">Path of the module that was replaced; null when it was not.</param>
public readonly record struct ModuleDependency(string Path, string Version, string? Replaced);
