using System.CommandLine;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Files;
using Vitrine.Agent.Show;
using Vitrine.Go.Probes.Waits;

namespace Vitrine.Agent.Verbs;

/// <summary>The options of <c>vitrine waits</c> alone.</summary>
sealed class WaitsOptions
{
    const int DefaultTop = 20;

    static readonly Dictionary<string, WaitGrouping> Groupings = new(StringComparer.Ordinal)
    {
        ["stack"] = WaitGrouping.Stack,
        ["object"] = WaitGrouping.Object,
        ["both"] = WaitGrouping.StackAndObject,
    };

    readonly DurationOption _minimum = new("--min", [], "10us", "Leave shorter waits out; 0 counts them all");
    readonly Option<string[]> _kinds = new("--kind")
    {
        Description = $"Only these waits: {string.Join(", ", BlockingKinds.Words)}",
        HelpName = "KIND",
        AllowMultipleArgumentsPerToken = true,
    };
    readonly Option<string> _by = new("--by")
    {
        Description = "What makes a row: the stack that waits, the channel or lock it waits for (object), or both [default: stack; with json both]",
        HelpName = "WHAT",
    };
    readonly Option<int?> _top = new("--top") { Description = $"Rows at most, 0 shows all [default: {DefaultTop}; with json all]", HelpName = "N" };
    readonly Option<string> _profile = new("--profile") { Description = "Write a profile as Go's runtime/pprof does: block (who waits) or mutex (who holds the others up)", HelpName = "NAME" };
    readonly Option<bool> _system = new("--system") { Description = "Include the runtime's own goroutines" };

    public WaitsOptions(Command command)
    {
        _by.AcceptOnlyFromAmong([.. Groupings.Keys]);
        _profile.AcceptOnlyFromAmong("block", "mutex");
        foreach (Option option in (Option[])[_minimum, _kinds, _by, _top, _profile, _system])
            command.Options.Add(option);
    }

    /// <summary>What was typed.</summary>
    public WaitsRequest Of(ParseResult parsed)
    {
        var kinds = new List<BlockingKind>();
        foreach (var word in (parsed.GetValue(_kinds) ?? []).SelectMany(static words => words.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)))
        {
            var these = BlockingKinds.Of(word);
            if (these.Count == 0)
                throw new UsageException($"There is no kind '{Terminal.Safe(word)}': {string.Join(", ", BlockingKinds.Words)}.");
            kinds.AddRange(these);
        }
        var top = parsed.GetValue(_top);
        if (top < 0)
            throw new UsageException("--top is a number of rows, 0 for all.");
        return new WaitsRequest(
            _minimum.Of(parsed), kinds.Count == 0 ? BlockingKinds.All : kinds, parsed.GetValue(_by) is { } by ? Groupings[by] : null, top, parsed.GetValue(_profile), parsed.GetValue(_system))
        {
            DefaultTop = DefaultTop,
        };
    }
}

/// <summary>What <c>vitrine waits</c> is asked for.</summary>
/// <param name="Minimum">Shorter waits are left out.</param>
/// <param name="Kinds">The waits that are watched.</param>
/// <param name="By">What makes a row; null for what suits the format.</param>
/// <param name="Top">Rows at most, 0 for all; null for what suits the format.</param>
/// <param name="Profile">block or mutex; null when the result is no profile.</param>
/// <param name="WithSystem">The runtime's own goroutines too.</param>
sealed record WaitsRequest(TimeSpan Minimum, IReadOnlyCollection<BlockingKind> Kinds, WaitGrouping? By, int? Top, string? Profile, bool WithSystem)
{
    /// <summary>Rows of a table when nobody says.</summary>
    public int DefaultTop { get; init; }

    /// <summary>Which profile is written: the one that was named, or the one whose name the file has.</summary>
    /// <exception cref="UsageException">The file is a profile, and which one is not said; or a profile is asked for and the file's name says no format.</exception>
    public string? ProfileFor(ProbeRequest look)
    {
        if (Profile is not null)
        {
            ProfileFile.Check(look.Output ?? $"{Profile}.pb.gz");
            return Profile;
        }
        // A text file is the table, not the profile's list.
        if (look.Output is not { } path || !ProfileFile.IsProfile(path) || path.EndsWith(".txt", StringComparison.OrdinalIgnoreCase))
            return null;
        var name = Path.GetFileName(path);
        return name.StartsWith("mutex", StringComparison.OrdinalIgnoreCase) ? "mutex"
            : name.StartsWith("block", StringComparison.OrdinalIgnoreCase) ? "block"
            : throw new UsageException($"'{Terminal.Safe(name)}' is to be a profile, but of what: --profile block (who waits) or --profile mutex (who holds the others up).");
    }
}
