using Vitrine.TestTargets;

namespace Vitrine.Bench.Reporting;

/// <summary>docs/benchmarks.md: people write its text, benchmarks write what stands between their two markers.</summary>
static class ResultsDocument
{
    static string FileName => Path.Combine(Checkout.Root, "docs", "benchmarks.md");

    /// <summary>Replaces the result of one benchmark and leaves the rest as it is.</summary>
    public static void Replace(Section section)
    {
        var text = File.ReadAllText(FileName);
        string begin = $"<!-- begin {section.Name} -->", end = $"<!-- end {section.Name} -->";
        int from = text.IndexOf(begin, StringComparison.Ordinal), to = text.IndexOf(end, StringComparison.Ordinal);
        if (from < 0 || to < from) throw new InvalidOperationException($"{FileName} has no place for {section.Name}: {begin} … {end}");
        File.WriteAllText(FileName, $"{text[..(from + begin.Length)]}\n{section.Text.Trim()}\n{text[to..]}");
    }
}
