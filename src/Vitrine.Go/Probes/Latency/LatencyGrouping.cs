namespace Vitrine.Go.Probes.Latency;

/// <summary>What the calls of a function are told apart by. The numbers are those of <c>enum grouping</c> in latency.bpf.c.</summary>
public enum LatencyGrouping
{
    /// <summary>Nothing: one histogram for each function.</summary>
    None,

    /// <summary>The value of one pprof label of the goroutine.</summary>
    Label,

    /// <summary>The function that called.</summary>
    Caller,
}
