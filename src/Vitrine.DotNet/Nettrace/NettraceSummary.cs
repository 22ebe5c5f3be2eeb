namespace Vitrine.DotNet.Nettrace;

/// <summary>What can be said of a whole stream of events.</summary>
/// <param name="Events">Events that were handed out.</param>
/// <param name="DroppedEvents">Events that the runtime made and did not write because its buffer was full: the gaps in the numbers that each thread gives its events.</param>
/// <param name="DisorderedEvents">Events that were handed out after one with a later time, because more was waiting to be put in order than <see cref="NettraceLimits.MaximumHeldBytes"/>.</param>
/// <param name="Bytes">Bytes of the stream that were read.</param>
/// <param name="IsComplete">Whether the stream had its end; else it was cut off, and what came after is missing.</param>
public readonly record struct NettraceSummary(long Events, long DroppedEvents, long DisorderedEvents, long Bytes, bool IsComplete);
