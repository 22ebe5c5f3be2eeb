using System.CommandLine;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Show;
using Vitrine.Pprof;

namespace Vitrine.Agent.Verbs.Profiles;

/// <summary>The options that narrow a profile down, with pprof's names and meanings.</summary>
sealed class FilterOptions
{
    readonly Option<string?> _sampleType = new("--sample-type") { Description = "Which values, such as inuse_space; default: the profile's own default", HelpName = "TYPE" };
    readonly Option<string?> _focus = Pattern("--focus", "Only stacks with a frame that matches");
    readonly Option<string?> _ignore = Pattern("--ignore", "No stacks with a frame that matches");
    readonly Option<string?> _hide = Pattern("--hide", "Leave out frames that match");
    readonly Option<string?> _show = Pattern("--show", "Leave out frames that do not match");
    readonly Option<string?> _showFrom = Pattern("--show-from", "Leave out frames above the outermost one that matches");

    public FilterOptions(Command command)
    {
        foreach (Option option in (Option[])[_sampleType, _focus, _ignore, _hide, _show, _showFrom])
            command.Options.Add(option);
    }

    public Profile Apply(ParseResult parsed, Profile profile)
    {
        var filter = new FrameFilter
        {
            Focus = parsed.GetValue(_focus),
            Ignore = parsed.GetValue(_ignore),
            Hide = parsed.GetValue(_hide),
            Show = parsed.GetValue(_show),
            ShowFrom = parsed.GetValue(_showFrom),
        };
        try
        {
            var result = Filter.Of(profile, filter);
            foreach (var unmatched in result.Unmatched)
                Console.Error.WriteLine($"note: nothing matches {Terminal.Safe(unmatched)}");
            return result.Profile;
        }
        catch (ArgumentException invalid)
        {
            throw new UsageException(invalid.Message);
        }
    }

    /// <summary>Index of the chosen sample type.</summary>
    public int ValueIndex(ParseResult parsed, Profile profile)
    {
        var wanted = parsed.GetValue(_sampleType);
        if (wanted is null)
            return profile.DefaultSampleTypeIndex;
        for (var i = 0; i < profile.SampleTypes.Count; i++)
        {
            if (profile.SampleTypes[i].Type == wanted)
                return i;
        }
        throw new UsageException($"The profile has no sample type '{wanted}'; it has {string.Join(", ", profile.SampleTypes.Select(type => type.Type))}.");
    }

    static Option<string?> Pattern(string name, string description) => new(name) { Description = $"{description} this regular expression", HelpName = "REGEX" };
}
