namespace Vitrine.Linux.Processes;

/// <summary>The target ended, or its pid was given to another process, while it was being looked at.</summary>
public sealed class TargetGoneException(string message) : Exception(message);
