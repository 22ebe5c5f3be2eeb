using Vitrine.Go.Binary;

namespace Vitrine.Go.Probes.Collector;

/// <summary>What one goroutine paid to the collector at one place.</summary>
/// <param name="Goroutine">Its number.</param>
/// <param name="Frames">The stack that allocated, innermost frame first; empty when it could not be taken.</param>
public sealed record AssistTotal(ulong Goroutine, IReadOnlyList<SourceFrame> Frames)
{
    /// <summary>How often it marked.</summary>
    public required long Assists { get; init; }

    /// <summary>Processor time spent marking.</summary>
    public required long MarkNs { get; init; }

    /// <summary>The longest.</summary>
    public required long MaxMarkNs { get; init; }

    /// <summary>How often it waited for others to mark.</summary>
    public required long Parks { get; init; }

    /// <summary>Time it waited.</summary>
    public required long ParkNs { get; init; }

    /// <summary>The longest wait.</summary>
    public required long MaxParkNs { get; init; }
}
