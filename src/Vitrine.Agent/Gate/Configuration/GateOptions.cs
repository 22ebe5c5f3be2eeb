using Vitrine.Doors.Http;
using Vitrine.Guard;

namespace Vitrine.Agent.Gate.Configuration;

/// <summary>Everything that the gate is told: its JSON file, and what was typed.</summary>
sealed class GateOptions
{
    /// <summary>Where it listens. Taken at the start only; certificates are read again when they change.</summary>
    public IList<ListenerOptions> Listeners { get; } = [];

    /// <summary>A door in the file system; null when there is none. Taken at the start only.</summary>
    public SocketOptions? Socket { get; set; }

    /// <summary>The services by name. A single one is at <see cref="Prefix"/>, and each is at <c>/NAME</c> and the prefix.</summary>
    public IDictionary<string, UpstreamOptions> Upstreams { get; } = new Dictionary<string, UpstreamOptions>(StringComparer.Ordinal);

    /// <summary>The path of the profiles, from slash to slash. Where it is another than Go's, nothing is at Go's.</summary>
    public string Prefix { get; set; } = HttpDoorOptions.DefaultPrefix;

    /// <summary>The path of the metrics; empty = nowhere; null = where Go has them, or below <see cref="Prefix"/> where that is not Go's: a gate that hides its profiles does not show itself by its metrics.</summary>
    public string? MetricsPath { get; set; }

    /// <summary>The path of expvar's page likewise.</summary>
    public string? VarsPath { get; set; }

    /// <summary>Where the metrics are; empty = nowhere.</summary>
    internal string MetricsAt => MetricsPath ?? (Prefix == HttpDoorOptions.DefaultPrefix ? "/metrics" : Prefix + "metrics");

    /// <summary>Where expvar's page is; empty = nowhere.</summary>
    internal string VarsAt => VarsPath ?? (Prefix == HttpDoorOptions.DefaultPrefix ? "/debug/vars" : Prefix + "vars");

    /// <summary>Whether there is gRPC, too, at the same addresses, with its health and reflection services, which ask nobody who they are.</summary>
    public bool Grpc { get; set; }

    /// <summary>Who may look, how much, what is taken out, and where it is recorded.</summary>
    public GuardOptions Guard { get; set; } = new();
}
