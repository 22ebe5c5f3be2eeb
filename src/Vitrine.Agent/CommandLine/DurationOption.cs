using System.CommandLine;

namespace Vitrine.Agent.CommandLine;

/// <summary>An option whose value is a duration such as <c>500ms</c> or <c>1m30s</c>. Its default stands in the help as people write it.</summary>
sealed class DurationOption : Option<TimeSpan?>
{
    readonly TimeSpan _default;

    public DurationOption(string name, string[] aliases, string defaultText, string description)
        : base(name, aliases)
    {
        _default = DurationText.Parse(defaultText);
        Description = $"{description} [default: {defaultText}]";
        HelpName = "TIME";
        CustomParser = static result =>
        {
            var text = result.Tokens[0].Value;
            if (DurationText.TryParse(text, out var duration))
                return duration;
            result.AddError($"'{text}' is not a duration: write 500ms, 10s, 1m30s or 2h.");
            return null;
        };
    }

    /// <summary>What was typed, or the default.</summary>
    public TimeSpan Of(ParseResult parsed) => parsed.GetValue(this) ?? _default;
}
