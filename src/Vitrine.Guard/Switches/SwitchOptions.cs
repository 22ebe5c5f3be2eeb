namespace Vitrine.Guard.Switches;

/// <summary>What is switched on: section <c>Switches</c> of the guard's options.</summary>
public sealed class SwitchOptions
{
    /// <summary>How switches stand that nobody speaks of.</summary>
    public bool Default { get; set; } = true;

    /// <summary>Switches by name: <c>heap = false</c>; <c>all = false</c> stops everything.</summary>
    public IDictionary<string, bool> States { get; } = new Dictionary<string, bool>(StringComparer.Ordinal);

    /// <summary>Switches as one text, <c>pprof_heap=1,pprof_trace=0</c>; null takes it from the environment variable <c>VITRINE</c>.</summary>
    public string? Environment { get; set; }

    /// <summary>The switches' own file (JSON; its format is in docs/guard/switches.md), looked at every <see cref="Poll"/> and on SIGHUP; null when there is none.</summary>
    public string? File { get; set; }

    /// <summary>A file whose existence stops everything; null when there is none.</summary>
    public string? KillFile { get; set; }

    /// <summary>How often the files are looked at.</summary>
    public TimeSpan Poll { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether SIGHUP has the files read at once. Then it does not end the program any more, as it does by default. Without a file, and on Windows, it is left alone.</summary>
    public bool ReloadOnHangup { get; set; } = true;

    internal IEnumerable<string> Problems()
    {
        foreach (var name in States.Keys)
        {
            if (SwitchNames.Normalize(name) is null) yield return $"Switches:States:{name} is not a name of a switch: it has letters, digits, _, - and . only, and at most {SwitchNames.MaximumLength} of them.";
        }
        if (Poll < TimeSpan.FromMilliseconds(50) || Poll > TimeSpan.FromHours(1)) yield return $"Switches:Poll is {Poll}: it may be 50 ms to one hour.";
    }
}
