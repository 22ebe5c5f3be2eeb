namespace Vitrine.Doors.Looks;

/// <summary>The service behind a gate gave no answer, or none that can be used. HTTP 502, or 504 when it took too long; gRPC UNAVAILABLE.</summary>
/// <param name="message">Why, a sentence for the caller.</param>
/// <param name="isTooLate">Whether it did not answer in time.</param>
/// <param name="cause">What happened.</param>
public class ServiceFailedException(string message, bool isTooLate = false, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether it did not answer in time.</summary>
    public bool IsTooLate { get; } = isTooLate;
}
