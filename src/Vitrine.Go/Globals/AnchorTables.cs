using System.Collections.Concurrent;
using System.Globalization;

namespace Vitrine.Go.Globals;

/// <summary>The tables that are embedded in this assembly, parsed when first asked for.</summary>
static class AnchorTables
{
    const string Prefix = "Vitrine.Go.Globals.Tables.go1.";
    const string Suffix = ".anchors.txt";

    static readonly ConcurrentDictionary<(int, string), AnchorTable?> s_parsed = new();

    /// <summary>Minor versions of Go 1 that have a table, oldest first.</summary>
    public static IReadOnlyList<int> Minors(string architecture)
    {
        string ending = $"-{architecture}{Suffix}";
        return [.. typeof(AnchorTables).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal) && name.EndsWith(ending, StringComparison.Ordinal))
            .Select(name => int.Parse(name.AsSpan(Prefix.Length, name.Length - Prefix.Length - ending.Length), CultureInfo.InvariantCulture))
            .Order()];
    }

    /// <summary>The table of Go 1.<paramref name="minor"/>; null when there is none.</summary>
    public static AnchorTable? Find(int minor, string architecture) => s_parsed.GetOrAdd((minor, architecture), static key =>
    {
        using Stream? stream = typeof(AnchorTables).Assembly.GetManifestResourceStream(
            string.Create(CultureInfo.InvariantCulture, $"{Prefix}{key.Item1}-{key.Item2}{Suffix}"));
        if (stream is null) return null;
        using var reader = new StreamReader(stream);
        return AnchorTableText.Read(reader);
    });
}
