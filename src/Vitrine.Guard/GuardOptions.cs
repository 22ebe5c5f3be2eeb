using Vitrine.Guard.Audit;
using Vitrine.Guard.Limits;
using Vitrine.Guard.Switches;

namespace Vitrine.Guard;

/// <summary>Everything that the guard is told: the section <c>Vitrine:Guard</c> of a service's configuration, or the part <c>guard</c> of the gate's file. <see cref="LookGuard"/> reads it once; a change is given to <see cref="LookGuard.Apply"/>.</summary>
public sealed class GuardOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Vitrine:Guard";

    /// <summary>How many looks, how long, how often, how much.</summary>
    public LimitOptions Limits { get; set; } = new();

    /// <summary>What is switched on, and where that is said.</summary>
    public SwitchOptions Switches { get; set; } = new();

    /// <summary>Where decisions are recorded.</summary>
    public AuditOptions Audit { get; set; } = new();

    /// <summary>What is wrong, one sentence each, with the key that it is about; empty when nothing is.</summary>
    public IReadOnlyList<string> Problems() => [.. Limits.Problems(), .. Switches.Problems(), .. Audit.Problems()];
}
