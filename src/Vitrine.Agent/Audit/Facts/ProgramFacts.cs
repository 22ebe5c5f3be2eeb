using Vitrine.Instruments;

namespace Vitrine.Agent.Audit.Facts;

/// <summary>What an executable says about itself: the same for every process that runs it.</summary>
sealed record ProgramFacts
{
    public static ProgramFacts Other { get; } = new();

    /// <summary>Go or .NET; null for everything else.</summary>
    public RuntimeKind? Runtime { get; init; }

    public string? RuntimeVersion { get; init; }

    /// <summary>Import path of a Go program's main package: what it is, whatever its file is called.</summary>
    public string? MainPackage { get; init; }

    /// <summary>The compiler flags of the build when they switch optimisation or inlining off; null otherwise, and where the build did not record them.</summary>
    public string? DebugFlags { get; init; }

    /// <summary>Whether the handlers of net/http/pprof are in it; null when that is not known.</summary>
    public bool? HasPprof { get; init; }

    /// <summary>Whether expvar's page is in it; null when that is not known.</summary>
    public bool? HasExpvar { get; init; }

    /// <summary>Whether the agent of gops is in it; null when that is not known.</summary>
    public bool? HasGops { get; init; }
}
