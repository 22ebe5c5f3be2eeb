namespace Vitrine.Grpc;

/// <summary>What a service takes from its callers and gives them at most. Everything that a caller sends is untrusted; nothing here is without a bound.</summary>
public sealed record GrpcLimits
{
    /// <summary>The longest request message in bytes, as it came and, where it came compressed, inflated. More ends the call with RESOURCE_EXHAUSTED before it is read.</summary>
    public int MaximumRequestBytes { get; init; } = 64 * 1024;

    /// <summary>The longest answer message in bytes; more ends the call with RESOURCE_EXHAUSTED. As much as stock clients take unless they are told otherwise (4 MiB).</summary>
    public int MaximumResponseBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>How many messages a caller may stream in one call.</summary>
    public int MaximumRequests { get; init; } = 1_000;

    /// <summary>How many calls of one method may be in progress, over all connections; one more is answered with RESOURCE_EXHAUSTED. A call whose request has not come whole does not count: its caller cannot keep others out.</summary>
    public int MaximumCalls { get; init; } = 100;

    /// <summary>
    /// What happens to one call more than <see cref="MaximumCalls"/>: false = it is refused; true = it gets the place of the oldest call of the address that has most of them, which ends with UNAVAILABLE. For services that anybody may call, where
    /// nobody must be able to keep the others out by taking all places.
    /// </summary>
    public bool MakesRoom { get; init; }

    /// <summary>The longest call, also where the caller sets no deadline or a later one.</summary>
    public TimeSpan MaximumDuration { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long the service waits for a caller's next message, or for the end of a request.</summary>
    public TimeSpan ReadTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a caller may take to make room for a message of the answer: whoever does not read holds the answer in memory.</summary>
    public TimeSpan WriteTime { get; init; } = TimeSpan.FromSeconds(30);
}
