using System.CommandLine;
using System.Globalization;
using Vitrine.Go;
using Vitrine.Linux.Processes;

namespace Vitrine.Agent.CommandLine;

/// <summary>What every verb with probes takes: the process, how long, how it is shown, where it goes, and what it may cost.</summary>
sealed class ProbeOptions
{
    const double DefaultBudget = 0.01;

    readonly TargetOptions _target;
    readonly DurationOption _duration = CommonOptions.Duration("0s", "How long to watch; 0 is until Ctrl-C, which prints the result");
    readonly Option<string> _format;
    readonly Option<string?> _output = CommonOptions.Output();
    readonly Option<double?> _budget = Budget();
    readonly Option<bool> _quiet = CommonOptions.Quiet();

    /// <param name="command">The verb; the options are added to it.</param>
    /// <param name="formats">What <c>--format</c> takes, the default first: text, json, ….</param>
    public ProbeOptions(Command command, params string[] formats)
    {
        _target = new TargetOptions(command);
        _format = CommonOptions.Format(formats[0], formats);
        foreach (Option option in (Option[])[_duration, _format, _output, _budget, _quiet])
            command.Options.Add(option);
    }

    /// <summary>The Go process that was meant, ready to be looked into.</summary>
    public GoTarget Attach(ParseResult parsed) => _target.Attach(parsed);

    /// <summary>The Go process, and the words typed behind it.</summary>
    public (GoTarget Target, string[] Words) Attach(ParseResult parsed, Argument<string[]> words) => _target.Attach(parsed, words);

    /// <summary>The process that was meant, whatever it runs on.</summary>
    public LinuxProcess Find(ParseResult parsed) => _target.Find(parsed);

    /// <summary>What was typed.</summary>
    /// <exception cref="UsageException">The output cannot be written: said before the look, not after it.</exception>
    public ProbeRequest Of(ParseResult parsed)
    {
        var output = parsed.GetValue(_output);
        Show.Output.Check(output);
        return new(_duration.Of(parsed), parsed.GetValue(_format)!, output, parsed.GetValue(_budget) ?? DefaultBudget, parsed.GetValue(_quiet));
    }

    /// <summary>What probes may cost; null when nothing was typed.</summary>
    public static Option<double?> Budget() => new("--budget")
    {
        Description = "The share of one processor that the probes may take from the target, such as 1% or 0.5%; above it they go on in short windows [default: 1%]",
        HelpName = "SHARE",
        CustomParser = static result =>
        {
            var text = result.Tokens[0].Value;
            if (TryShare(text, out var share))
                return share;
            result.AddError($"'{text}' is not a share of a processor: write 1% or 0.5%, above 0 and at most 100%.");
            return null;
        },
    };

    /// <summary>Reads <c>1%</c>. A number without the sign is refused: at three in the morning nobody should find out whether 1 was one percent or a whole processor.</summary>
    internal static bool TryShare(string text, out double share)
    {
        share = 0;
        if (!text.EndsWith('%') || !double.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out share))
            return false;
        share /= 100;
        return share is > 0 and <= 1;
    }
}

/// <summary>The options of one look with probes.</summary>
/// <param name="Duration">How long; zero is until Ctrl-C.</param>
/// <param name="Format">text, json, ….</param>
/// <param name="Output">A file, or null for standard output.</param>
/// <param name="Budget">Share of one processor.</param>
/// <param name="Quiet">No progress and no remarks.</param>
sealed record ProbeRequest(TimeSpan Duration, string Format, string? Output, double Budget, bool Quiet)
{
    /// <summary>True when a person watches a terminal: the view may redraw.</summary>
    public bool IsLive => Format == "text" && (Output is null or "-") && !Quiet && !Console.IsOutputRedirected && !Console.IsErrorRedirected;
}
