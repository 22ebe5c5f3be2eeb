namespace Vitrine.Go.Probes.Latency;

/// <summary>Where the end of a call is seen.</summary>
public enum LatencyEnds
{
    /// <summary>
    /// At returns, unless the calls come so often that this would exceed the budget and all callers that a first look sees can be followed:
    /// then at the callers.
    /// </summary>
    Auto,

    /// <summary>At every return instruction: all calls, and on x86-64 single-stepped.</summary>
    Returns,

    /// <summary>Behind every direct call, where the kernel emulates: a tenth of the cost; calls from elsewhere are counted and not measured.</summary>
    Callers,
}
