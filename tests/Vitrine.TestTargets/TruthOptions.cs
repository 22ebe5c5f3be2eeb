namespace Vitrine.TestTargets;

/// <summary>How the truth program is started.</summary>
public sealed record TruthOptions
{
    /// <summary>GOMAXPROCS of the target; null leaves it to the runtime.</summary>
    public int? MaxProcs { get; init; }

    /// <summary>GODEBUG of the target, such as <c>memprofilerate=1</c> or <c>schedtrace=100</c>.</summary>
    public string? GoDebug { get; init; }

    /// <summary>GOGC of the target; <c>off</c> keeps its heap still.</summary>
    public string? GoGc { get; init; }

    /// <summary>GOMEMLIMIT of the target, such as <c>200MiB</c>.</summary>
    public string? GoMemLimit { get; init; }

    /// <summary>A copy of the binary to run instead of the cached one, for tests that delete or replace it.</summary>
    public string? Executable { get; init; }
}
