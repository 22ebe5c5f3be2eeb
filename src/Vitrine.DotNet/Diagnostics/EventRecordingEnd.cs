namespace Vitrine.DotNet.Diagnostics;

/// <summary>What can be said of a recording of events when it is over.</summary>
/// <param name="Watched">From the start of the session to its end.</param>
/// <param name="Bytes">Bytes that the runtime sent.</param>
/// <param name="DiscardedBytes">Bytes that did not fit and were thrown away, of a recording that is kept until the end; nothing that came after the first of them can be read.</param>
/// <param name="DroppedEvents">Events that the runtime dropped because its own buffer was full.</param>
/// <param name="IsCutOff">Whether something is missing at the end: the process ended, memory was full, or the runtime did not end the session in time.</param>
/// <param name="ReaderThreadIds">The operating system's ids of the threads that read, which are no work of the program's; empty where they cannot be told.</param>
/// <param name="Problem">What went wrong, as a sentence; empty when nothing did.</param>
public sealed record EventRecordingEnd(
    TimeSpan Watched, long Bytes, long DiscardedBytes, long DroppedEvents, bool IsCutOff, IReadOnlyList<int> ReaderThreadIds, string Problem);
