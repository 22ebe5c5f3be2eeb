using System.Globalization;

namespace Vitrine.Go.Tests.Goroutines;

/// <summary>The text of <c>debug=2</c>, cut into goroutines.</summary>
internal static class StackText
{
    /// <summary>Goroutines by id, each with its header and all its lines, without the empty line behind it.</summary>
    public static IReadOnlyDictionary<ulong, string> ById(string text)
    {
        Dictionary<ulong, string> goroutines = [];
        foreach (string block in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
            goroutines.Add(IdOf(block), block.TrimEnd('\n') + "\n");
        return goroutines;
    }

    public static bool IsRunning(string block) => Header(block).Contains(" [running", StringComparison.Ordinal);

    /// <summary>The text between the brackets of the header.</summary>
    public static string Header(string block) => block[..block.IndexOf('\n', StringComparison.Ordinal)];

    private static ulong IdOf(string block)
    {
        string[] words = block.Split(' ', 3);
        Assert.Equal("goroutine", words[0]);
        return ulong.Parse(words[1], CultureInfo.InvariantCulture);
    }
}
