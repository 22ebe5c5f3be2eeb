using Vitrine.Doors.Http;
using Vitrine.Guard;

namespace Vitrine.AspNetCore;

/// <summary>
/// The settings of Vitrine in a service: the <c>Vitrine</c> section of its configuration, and the delegate given to <c>AddVitrine</c>. Where both say something, the configuration is right, so that what
/// the code switches on can be switched off from outside. A change of the configuration takes effect with the next request.
/// </summary>
public sealed class VitrineOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Vitrine";

    /// <summary>Whether the doors (<c>/debug/pprof/…</c> and <c>/metrics</c>) answer. Off unless switched on.</summary>
    public bool Enabled { get; set; }

    /// <summary>Who may look, how much, what is switched on, what is taken out, where it is recorded: the section <c>Vitrine:Guard</c>. Nothing said = direct callers on this machine only.</summary>
    public GuardOptions Guard { get; set; } = new();

    /// <summary>
    /// Where the profiles are, from slash to slash. With another path than Go's nothing of Vitrine's is at Go's, and <see cref="MetricsOptions.Path"/> is below this one unless it is set. Read once, when <c>MapVitrine</c> is called.
    /// </summary>
    public string Prefix { get; set; } = HttpDoorOptions.DefaultPrefix;

    /// <summary>
    /// Profiles that are watched all the time, by name: <c>Vitrine:Continuous:block = true</c>. Asked for without <c>seconds</c> they are what has happened since then, as collectors of continuous profiles
    /// expect. <c>heap</c> (which has <c>allocs</c> with it) and <c>goroutine</c> (whose looks then show async operations too) begin with the service only; the others also while it runs. What each costs is said in its documentation.
    /// </summary>
    public IDictionary<string, bool> Continuous { get; } = new Dictionary<string, bool>(StringComparer.Ordinal);

    /// <summary>Of the waits for locks one in so many is taken while <c>mutex</c> is watched all the time, as Go's SetMutexProfileFraction; 1 = every one.</summary>
    public int MutexFraction { get; set; } = 1;

    /// <summary>A Unix socket as a door of its own.</summary>
    public SocketOptions Socket { get; } = new();

    /// <summary>What happens with exceptions that nobody caught.</summary>
    public PanicGuardOptions Panics { get; } = new();

    /// <summary>What requests carry with them.</summary>
    public OperationOptions Operations { get; } = new();

    /// <summary>What is in <c>/metrics</c>.</summary>
    public MetricsOptions Metrics { get; } = new();

    /// <summary>Whether a profile is switched on by the configuration.</summary>
    internal bool IsOn(string profile) => !Guard.Switches.States.TryGetValue(profile, out var isOn) || isOn;
}
