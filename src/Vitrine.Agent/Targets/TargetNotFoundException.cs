namespace Vitrine.Agent.Targets;

/// <summary>No process answers the description, or several do.</summary>
sealed class TargetNotFoundException(string message, string advice) : Exception(message)
{
    /// <summary>What to type instead.</summary>
    public string Advice { get; } = advice;
}
