namespace Vitrine.Instruments;

/// <summary>Something that happened in the target, with a time and a duration: a GC pause, a blocked channel, a request.</summary>
/// <param name="Name">Dotted lower-case name, such as <c>go.gc.pause</c>.</param>
/// <param name="StartedAt">When it began, by the viewer's clock.</param>
/// <param name="Duration">How long it lasted; null while it still does.</param>
/// <param name="Attributes">What is known about it, sorted by key.</param>
/// <param name="Provenance">How it was obtained.</param>
public sealed record InstrumentEvent(
    string Name,
    DateTimeOffset StartedAt,
    TimeSpan? Duration,
    IReadOnlyList<KeyValuePair<string, string>> Attributes,
    Provenance Provenance);
