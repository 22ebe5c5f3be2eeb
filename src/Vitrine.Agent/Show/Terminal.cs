using Vitrine.Linux.Processes;

namespace Vitrine.Agent.Show;

/// <summary>What may reach a terminal. Names from a target are hostile: they could carry escape sequences that move the cursor or type for the user.</summary>
static class Terminal
{
    /// <summary>Longer texts are cut: no name that a person reads has more.</summary>
    const int MostCharacters = 16 * 1024;

    /// <summary>Whether standard output is a terminal that wants colours (https://no-color.org is honoured).</summary>
    public static bool WantsColour { get; } =
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";

    /// <summary>The text without anything that a terminal would obey.</summary>
    public static string Safe(string text) => TerminalText.Sanitize(text, MostCharacters);
}
