using System.Text.RegularExpressions;
using Vitrine.Repository.Tests.Documents;
using Vitrine.TestTargets;

namespace Vitrine.Repository.Tests;

/// <summary>What <c>./test --quick</c> leaves out (<see cref="FullRunOnlyAttribute"/>) must not take a whole part of the program with it.</summary>
public sealed partial class QuickRunTests
{
    static readonly string s_tests = Path.Combine(Checkout.Root, "tests");

    /// <summary>A part is a folder of the source whose tests have a folder of the same name.</summary>
    [Fact]
    public void EveryPartWithTests_KeepsOneInTheQuickRun()
    {
        var parts = Sources(s_tests).GroupBy(static file => Path.GetRelativePath(s_tests, Path.GetDirectoryName(file)!)).Where(static part => Directory.Exists(Path.Combine(Checkout.Root, "src", part.Key.Replace(".Tests", "", StringComparison.Ordinal)))).ToList();

        Assert.True(parts.Count > 50, $"only {parts.Count} parts were found");
        Assert.Empty(parts.Where(static part => part.Any(static file => Test().IsMatch(File.ReadAllText(file))) && !part.Any(static file => Test().IsMatch(Quick(file)))).Select(static part => $"{part.Key} has no test without FullRunOnly"));
    }

    [Fact]
    public void EveryVerb_KeepsATestInTheQuickRun()
    {
        var texts = Sources(Path.Combine(s_tests, "Vitrine.Agent.Tests")).Select(Quick).Where(static text => Test().IsMatch(text) && (text.Contains("VitrineProgram", StringComparison.Ordinal) || text.Contains("vitrine.dll", StringComparison.Ordinal))).ToList();

        Assert.Empty(CommandLineHelp.Verbs().Where(verb => !texts.Exists(text => text.Contains($"\"{verb}\"", StringComparison.Ordinal))).Select(static verb => $"vitrine {verb} has no test without FullRunOnly"));
    }

    /// <summary>The attribute stands where <see cref="Quick"/> looks for it, and has a reason.</summary>
    [Fact]
    public void FullRunOnly_StandsAboveTheTestOrTheClass_WithAReason() =>
        Assert.Empty(Sources(s_tests).Where(static file => File.ReadAllText(file) is var text && text.Split("[FullRunOnly").Length - 1 != LeftOutTest().Count(text) + LeftOutClass().Count(text)).Select(static file => Path.GetRelativePath(s_tests, file)));

    static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(static file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal) && !file.EndsWith($"/{nameof(QuickRunTests)}.cs", StringComparison.Ordinal));

    /// <summary>The file without the tests that the short run leaves out.</summary>
    static string Quick(string file) =>
        File.ReadAllText(file) is var text && LeftOutClass().IsMatch(text) ? "" : LeftOutTest().Replace(text, "");

    [GeneratedRegex(@"^ +\[(Fact|Theory)\b", RegexOptions.Multiline)]
    private static partial Regex Test();

    // A test reaches to the blank line before the next member, or to the end of the class.
    [GeneratedRegex(@"^(?<indent> +)\[FullRunOnly\(""[^""]+""\)\]\n\k<indent>\[(Fact|Theory)\b.*?(?=\n\n\k<indent>\S|\n\}|\z)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex LeftOutTest();

    [GeneratedRegex(@"^\[FullRunOnly\(""[^""]+""\)\]\n(\[[^\n]*\]\n)*public [^\n]*\bclass\b", RegexOptions.Multiline)]
    private static partial Regex LeftOutClass();
}
