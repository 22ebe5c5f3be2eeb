namespace Vitrine.AspNetCore.Pprof;

/// <summary>What was asked for cannot be answered; the message says why.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="message">For the caller.</param>
sealed class LookRefusedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
