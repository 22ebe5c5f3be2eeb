using System.Text;

namespace Vitrine.Pprof.Views;

/// <summary>The scripts, styles and templates that views carry, embedded in the assembly as they stand in the folder Assets.</summary>
internal static class Asset
{
    /// <summary>The text of an asset; line ends are line feeds, whatever the checkout made of them, so that hashes and output are the same everywhere.</summary>
    public static string Read(string name)
    {
        using var stream = typeof(Asset).Assembly.GetManifestResourceStream("Vitrine.Pprof.Views.Assets/" + name)
            ?? throw new InvalidOperationException($"The assembly lacks the embedded file {name}: it was not built from a complete checkout.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
