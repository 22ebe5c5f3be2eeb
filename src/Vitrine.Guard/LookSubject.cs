using Vitrine.Guard.Policy;

namespace Vitrine.Guard;

/// <summary>What can be looked at or done, with the permission that it needs. Made once (for each instrument of a registry, for each page) and used for every request.</summary>
public sealed record LookSubject
{
    LookSubject(string area, string action, string name)
    {
        Name = name;
        Permission = Permission.Of(area, action, name);
        RawPermission = Permission.Of(area, "raw", name);
        HasSwitch = area != "switch";
        TakesPlace = area == "pprof" && name is not ("index" or "cmdline" or "symbol");
    }

    /// <summary>The instrument's name in its registry (<c>cpu</c>, not <c>profile</c>), or that of a page: <c>index</c>, <c>cmdline</c>, <c>symbol</c>, <c>metrics</c>, <c>vars</c>, <c>switches</c>. Switches and limits go by it.</summary>
    public string Name { get; }

    /// <summary>What the caller needs.</summary>
    public Permission Permission { get; }

    /// <summary>What the caller needs to get it without redaction.</summary>
    public Permission RawPermission { get; }

    /// <summary>Whether it can be switched off. The switches themselves cannot: nobody could switch on again.</summary>
    internal bool HasSwitch { get; }

    /// <summary>Whether it counts among the looks that may run at once. Pages and figures are there at once, and collectors of metrics must not wait for somebody's profile.</summary>
    internal bool TakesPlace { get; }

    /// <summary>An instrument, or a page below <c>/debug/pprof/</c>.</summary>
    public static LookSubject Pprof(string instrument) => new("pprof", "read", instrument);

    /// <summary>The metrics.</summary>
    public static LookSubject Metrics { get; } = new("metrics", "read", "metrics");

    /// <summary>The page of expvar.</summary>
    public static LookSubject Vars { get; } = new("vars", "read", "vars");

    /// <summary>The switches' states.</summary>
    public static LookSubject ReadSwitches { get; } = new("switch", "read", "switches");

    /// <summary>Changing the switch of <paramref name="instrument"/>; <c>all</c> for the kill switch.</summary>
    public static LookSubject WriteSwitch(string instrument) => new("switch", "write", instrument);
}
