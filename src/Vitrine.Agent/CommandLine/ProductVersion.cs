using System.Reflection;

namespace Vitrine.Agent.CommandLine;

/// <summary>The version of the program.</summary>
static class ProductVersion
{
    /// <summary>Semantic version, with the source revision after a plus sign where the build knew it.</summary>
    public static string Text { get; } =
        typeof(ProductVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
