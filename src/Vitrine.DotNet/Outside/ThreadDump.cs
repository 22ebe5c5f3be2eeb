using Vitrine.Instruments;

namespace Vitrine.DotNet.Outside;

/// <summary>The threads of another process, with what is missing from the picture and how it was obtained.</summary>
/// <param name="Threads">The threads, by id.</param>
/// <param name="CapturedAt">When the look at the threads began.</param>
/// <param name="Duration">How long it took to read and unwind them.</param>
/// <param name="MethodsDuration">How long the runtime took to list its methods, beside that; zero when it was not asked.</param>
/// <param name="Consistency">Threads that were caught still, that ran, and that moved at every try.</param>
/// <param name="Notes">What the reader must know to read it right, each a full sentence.</param>
public sealed record ThreadDump(
    IReadOnlyList<OutsideThread> Threads, DateTimeOffset CapturedAt, TimeSpan Duration, TimeSpan MethodsDuration, Consistency Consistency, IReadOnlyList<string> Notes);
