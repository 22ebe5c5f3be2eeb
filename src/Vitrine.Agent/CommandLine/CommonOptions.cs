using System.CommandLine;

namespace Vitrine.Agent.CommandLine;

/// <summary>The options and arguments that mean the same in every verb. Each call makes a new one, because an option belongs to one command.</summary>
static class CommonOptions
{
    public static Argument<string?> Target() => new("PID")
    {
        Description = "The process: a pid, or a process name that only one process has",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Option<string?> Listen() => new("--listen")
    {
        Description = "The process that listens on this port or address, such as :8080 or 127.0.0.1:8080",
        HelpName = "ADDRESS",
    };

    public static DurationOption Duration(string defaultText, string description) => new("-d", ["--duration"], defaultText, description);

    public static DurationOption Every(string defaultText, string description) => new("--every", [], defaultText, description);

    public static Option<string?> Output() => new("-o", "--output")
    {
        Description = "Write to this file instead of the terminal; it appears whole or not at all",
        HelpName = "FILE",
    };

    public static Option<string> Format(string defaultFormat, params string[] formats)
    {
        var option = new Option<string>("--format")
        {
            Description = $"How to show it: {string.Join(", ", formats)}",
            HelpName = "FORMAT",
            DefaultValueFactory = _ => defaultFormat,
        };
        option.AcceptOnlyFromAmong(formats);
        return option;
    }

    public static Option<bool> Quiet() => new("-q", "--quiet")
    {
        Description = "Only the result: no view that redraws, no progress, no remarks on standard error; errors are still said",
    };
}
