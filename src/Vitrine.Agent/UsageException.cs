namespace Vitrine.Agent;

/// <summary>What was typed cannot be carried out as it stands; the message says what to type instead.</summary>
sealed class UsageException(string message) : Exception(message);
