using Vitrine.Guard;

namespace Vitrine.Agent.Audit.Configuration;

/// <summary>What a configuration file of Vitrine's says, as far as an audit looks at it.</summary>
sealed record AuditedConfiguration
{
    public required string Path { get; init; }

    /// <summary>The guard's part.</summary>
    public required GuardOptions Guard { get; init; }

    /// <summary>The addresses of a gate; empty in the configuration of a service, whose addresses are its own affair.</summary>
    public IReadOnlyList<AuditedListener> Listeners { get; init; } = [];
}
