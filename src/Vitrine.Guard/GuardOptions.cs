using Microsoft.Extensions.Logging.Abstractions;
using Vitrine.Guard.Audit;
using Vitrine.Guard.Identity;
using Vitrine.Guard.Limits;
using Vitrine.Guard.Policy;
using Vitrine.Guard.Redaction;
using Vitrine.Guard.Switches;

namespace Vitrine.Guard;

/// <summary>Everything that the guard is told: the section <c>Vitrine:Guard</c> of a service's configuration, or the part <c>guard</c> of the gate's file. <see cref="LookGuard"/> reads it once; a change is given to <see cref="LookGuard.Apply"/>.</summary>
public sealed class GuardOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Vitrine:Guard";

    /// <summary>Who may look.</summary>
    public IdentityOptions Identity { get; set; } = new();

    /// <summary>Which role may do what.</summary>
    public PolicyOptions Policy { get; set; } = new();

    /// <summary>How many looks, how long, how often, how much.</summary>
    public LimitOptions Limits { get; set; } = new();

    /// <summary>What is switched on, and where that is said.</summary>
    public SwitchOptions Switches { get; set; } = new();

    /// <summary>What is taken out of answers.</summary>
    public RedactionOptions Redaction { get; set; } = new();

    /// <summary>Where decisions are recorded.</summary>
    public AuditOptions Audit { get; set; } = new();

    /// <summary>All that is wrong with the options, a sentence each with its key; empty when a guard would take them. Reads the files that they name, writes nothing and asks nobody.</summary>
    public IReadOnlyList<string> Check()
    {
        try
        {
            using var settings = new GuardSettings(this, TimeProvider.System, NullLogger.Instance);
            return [];
        }
        catch (GuardOptionsException e)
        {
            return e.Problems;
        }
    }

    // Identity, policy and redaction are checked where they are read.
    internal IReadOnlyList<string> Problems() => [.. Limits.Problems(), .. Switches.Problems(), .. Audit.Problems()];
}
