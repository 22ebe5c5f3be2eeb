namespace Vitrine.Agent.Show;

/// <summary>Marks in running text. Empty strings when the output is not a terminal, so that the callers need no second path.</summary>
readonly record struct Style(string Bold, string Dim, string Red, string Yellow, string Green, string Cyan, string Reset)
{
    public static Style None { get; } = new("", "", "", "", "", "", "");

    static Style Ansi { get; } = new("\e[1m", "\e[2m", "\e[31m", "\e[33m", "\e[32m", "\e[36m", "\e[0m");

    /// <summary>Colours for a result that goes to <paramref name="path"/>, or to standard output when it is null.</summary>
    public static Style For(string? path) => path is null or "-" && Terminal.WantsColour ? Ansi : None;
}
