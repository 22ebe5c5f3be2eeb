using Vitrine.Go.Binary;

namespace Vitrine.Go.Probes.Waits;

/// <summary>Waits that ended, summed up.</summary>
public sealed record WaitRow
{
    /// <summary>The operation.</summary>
    public required BlockingKind Kind { get; init; }

    /// <summary>The runtime's own words for it: "chan receive", "sync.Mutex.Lock", "semacquire".</summary>
    public required string Reason { get; init; }

    /// <summary>What was waited for; null when the row holds several objects, or when it is not known.</summary>
    public WaitObject? Object { get; init; }

    /// <summary>Different objects in the row; 0 when none is known.</summary>
    public required int Objects { get; init; }

    /// <summary>Different stacks in the row, of which <see cref="Frames"/> is the one with the most delay.</summary>
    public required int Stacks { get; init; }

    /// <summary>Waits, scaled when the budget forced windows.</summary>
    public required long Count { get; init; }

    /// <summary>Their sum, scaled likewise.</summary>
    public required TimeSpan Total { get; init; }

    /// <summary>The longest that was seen.</summary>
    public required TimeSpan Max { get; init; }

    /// <summary>The stack that waited, innermost first, without the runtime's part.</summary>
    public required IReadOnlyList<SourceFrame> Frames { get; init; }

    /// <summary>Who ended the waits, the one with the most delay first.</summary>
    public required IReadOnlyList<WaitReleaser> ReleasedBy { get; init; }
}
