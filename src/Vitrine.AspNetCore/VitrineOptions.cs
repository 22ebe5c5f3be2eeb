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

    /// <summary>Single profiles by name, switched off with false: <c>Vitrine:Profiles:heap = false</c>. What is not named is on. <c>metrics</c> stands for <c>/metrics</c>.</summary>
    public IDictionary<string, bool> Profiles { get; } = new Dictionary<string, bool>(StringComparer.Ordinal);

    /// <summary>
    /// Profiles that are watched all the time, by name: <c>Vitrine:Continuous:block = true</c>. Asked for without <c>seconds</c> they are what has happened since then, as collectors of continuous profiles
    /// expect. <c>heap</c> (which has <c>allocs</c> with it) and <c>goroutine</c> (whose looks then show async operations too) begin with the service only; the others also while it runs. What each costs is said in its documentation.
    /// </summary>
    public IDictionary<string, bool> Continuous { get; } = new Dictionary<string, bool>(StringComparer.Ordinal);

    /// <summary>Of the waits for locks one in so many is taken while <c>mutex</c> is watched all the time, as Go's SetMutexProfileFraction; 1 = every one.</summary>
    public int MutexFraction { get; set; } = 1;

    /// <summary>Names that the <c>Host</c> header may have, beside <c>localhost</c> and loopback addresses: a page of another site cannot reach the doors under a name of its own (DNS rebinding).</summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>The longest recording that a caller may ask for, in seconds.</summary>
    public int MaximumSeconds { get; set; } = 300;

    /// <summary>How many looks may run at the same time; one more is answered with 429.</summary>
    public int MaximumLooks { get; set; } = 8;

    /// <summary>What happens with exceptions that nobody caught.</summary>
    public PanicGuardOptions Panics { get; } = new();

    /// <summary>What requests carry with them.</summary>
    public OperationOptions Operations { get; } = new();

    /// <summary>What is in <c>/metrics</c>.</summary>
    public MetricsOptions Metrics { get; } = new();

    /// <summary>Whether a profile may be taken, by its own switch.</summary>
    internal bool IsOn(string profile) => !Profiles.TryGetValue(profile, out var isOn) || isOn;
}
