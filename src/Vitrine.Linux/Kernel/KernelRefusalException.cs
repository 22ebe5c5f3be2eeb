namespace Vitrine.Linux.Kernel;

/// <summary>The kernel does not load or attach a probe: a privilege is missing, the kernel is too old or locked down, or its verifier said no.</summary>
/// <param name="message">What was refused, and why.</param>
/// <param name="advice">The next command to type, and what still works without it.</param>
public sealed class KernelRefusalException(string message, string advice) : Exception(message)
{
    /// <summary>The next command to type, and what still works without it.</summary>
    public string Advice { get; } = advice;
}
