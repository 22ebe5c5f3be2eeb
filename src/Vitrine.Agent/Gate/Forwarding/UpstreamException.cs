using Vitrine.Doors.Looks;

namespace Vitrine.Agent.Gate.Forwarding;

/// <summary>The service gave no answer, or none that can be used. The message is a sentence for the caller: it holds nothing that the service sent, except Go's own words.</summary>
sealed class UpstreamException(UpstreamFault fault, string message, Exception? cause = null) : ServiceFailedException(message, fault == UpstreamFault.TimedOut, cause)
{
    /// <summary>What kind of failure.</summary>
    public UpstreamFault Fault { get; } = fault;

    /// <summary>The HTTP status of a refusal; 0 otherwise.</summary>
    public int Status { get; init; }
}
