namespace Vitrine.Doors.Looks;

/// <summary>One line of the index.</summary>
/// <param name="Name">The last part of its URL.</param>
/// <param name="Description">What it shows, or why it shows nothing.</param>
/// <param name="Count">How many values it has now; null when that is only known after a look.</param>
sealed record IndexEntry(string Name, string Description, long? Count = null);
