namespace Vitrine.Linux.Processes;

/// <summary>The kernel does not let the viewer see what it asked for.</summary>
/// <param name="message">What was refused, and the privilege that is missing.</param>
/// <param name="advice">The next command to type, and what still works without the privilege.</param>
public sealed class AccessDeniedException(string message, string advice) : Exception(message)
{
    /// <summary>The next command to type, and what still works without the privilege.</summary>
    public string Advice { get; } = advice;
}
