using Vitrine.Instruments;

namespace Vitrine.Go.Probes.Latency;

/// <summary>How long the calls of one function took that were seen from begin to end.</summary>
/// <param name="Function">Full name.</param>
/// <param name="Group">Value of the label, or the calling function; null when calls are not told apart, or have no such label.</param>
/// <param name="Durations">In nanoseconds.</param>
public sealed record FunctionLatency(string Function, string? Group, LogLinearHistogram Durations);
