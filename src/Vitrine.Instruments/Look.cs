namespace Vitrine.Instruments;

/// <summary>The result of one look: what was seen, when, and how well.</summary>
/// <typeparam name="T">What was seen.</typeparam>
/// <param name="Result">What was seen.</param>
/// <param name="CapturedAt">When the look began, by the viewer's clock.</param>
/// <param name="Duration">How long the look took.</param>
/// <param name="Consistency">How much of it was torn, retried or left out.</param>
/// <param name="Notes">What the reader of the result must know to read it right, each a full sentence.</param>
public sealed record Look<T>(T Result, DateTimeOffset CapturedAt, TimeSpan Duration, Consistency Consistency, IReadOnlyList<string> Notes);
