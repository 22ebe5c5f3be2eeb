namespace Vitrine.Doors.Looks;

/// <summary>What can be asked for beside instruments. These names go before an instrument's.</summary>
public static class PageName
{
    /// <summary>The list of what there is.</summary>
    public const string Index = "index";

    /// <summary>The command line, separated by NUL bytes.</summary>
    public const string CommandLine = "cmdline";

    /// <summary>Names for addresses.</summary>
    public const string Symbol = "symbol";

    /// <summary>Figures for Prometheus.</summary>
    public const string Metrics = "metrics";

    /// <summary>The page of expvar.</summary>
    public const string Vars = "vars";

    /// <summary>The guard's switches.</summary>
    public const string Switches = "switches";

    // The switches themselves have none: nobody could switch on again.
    internal static IReadOnlyList<string> WithSwitch { get; } = [Index, CommandLine, Symbol, Metrics, Vars];
}
