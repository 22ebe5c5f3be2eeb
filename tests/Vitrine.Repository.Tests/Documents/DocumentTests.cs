using Vitrine.TestTargets;

namespace Vitrine.Repository.Tests.Documents;

public sealed class DocumentTests
{
    [Fact]
    public void Links_OfEveryDocument_LeadSomewhere()
    {
        var broken = new List<string>();
        foreach (var document in MarkdownFile.All())
        {
            foreach (var (file, heading) in document.LocalLinks())
            {
                if (!File.Exists(file) && !Directory.Exists(file)) broken.Add($"{document.RelativePath}: no {Path.GetRelativePath(Checkout.Root, file)}");
                else if (heading is not null && file.EndsWith(".md", StringComparison.Ordinal)
                    && !MarkdownFile.All().First(other => other.Path == file).Anchors().Contains(heading))
                    broken.Add($"{document.RelativePath}: no heading #{heading} in {Path.GetRelativePath(Checkout.Root, file)}");
            }
        }

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Fact]
    public void Verbs_OfTheProgram_HaveAPageEach()
    {
        var pages = MarkdownFile.All().Select(document => document.RelativePath).Where(path => path.StartsWith("docs/", StringComparison.Ordinal))
            .Select(Path.GetFileNameWithoutExtension).ToHashSet(StringComparer.Ordinal);

        var without = CommandLineHelp.Verbs().Where(verb => !pages.Contains(verb)).Order(StringComparer.Ordinal).ToList();

        Assert.True(without.Count == 0, $"no page under docs/ for: {string.Join(", ", without)}");
    }

    [Fact]
    public void Commands_InEveryDocument_ExistInTheProgram()
    {
        var wrong = new List<string>();
        foreach (var document in MarkdownFile.All())
            foreach (var words in document.VitrineCommands().Where(words => words.Length > 0))
                if (WhatIsWrongWith(words) is { } problem) wrong.Add($"{document.RelativePath}: vitrine {string.Join(' ', words)}: {problem}");

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    static string? WhatIsWrongWith(string[] words)
    {
        // "vitrine …" and "vitrine VERB" stand for any command.
        if (!char.IsAsciiLetterLower(words[0][0])) return words[0].StartsWith('-') && !CommandLineHelp.Options("").Contains(words[0]) ? $"no option {words[0]}" : null;
        if (!CommandLineHelp.Verbs().Contains(words[0])) return $"no verb {words[0]}";
        var command = words[0];
        if (words.Length > 1 && CommandLineHelp.Verbs(command).Contains(words[1])) command += " " + words[1];
        var known = CommandLineHelp.Options(command);
        var unknown = words.Where(word => word.Length > 1 && word[0] == '-' && char.IsAsciiLetter(word[^1]) && !known.Contains(word.Split('=')[0])).ToList();
        return unknown.Count == 0 ? null : $"no option {string.Join(", ", unknown)}";
    }
}
