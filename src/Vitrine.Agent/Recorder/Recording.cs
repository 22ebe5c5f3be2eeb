namespace Vitrine.Agent.Recorder;

/// <summary>A recording that was written.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="Fired">What made it.</param>
/// <param name="Events">Events in it.</param>
/// <param name="From">Time of the first of them; null when there are none.</param>
/// <param name="Files">Its files.</param>
/// <param name="Problems">What is not in it, and why.</param>
sealed record Recording(string Path, FiredTrigger Fired, int Events, DateTimeOffset? From, IReadOnlyList<string> Files, IReadOnlyList<string> Problems);
