using Vitrine.Instruments;

namespace Vitrine.Go.Probes.Waits;

/// <summary>Everything a look at waits has found so far.</summary>
public sealed record WaitSnapshot
{
    /// <summary>What makes a row.</summary>
    public required WaitGrouping Grouping { get; init; }

    /// <summary>Shorter waits are in no row.</summary>
    public required TimeSpan Minimum { get; init; }

    /// <summary>Waits that ended, the longest total first.</summary>
    public required IReadOnlyList<WaitRow> Rows { get; init; }

    /// <summary>Waits that go on; null when nobody looked.</summary>
    public IReadOnlyList<OngoingWait>? Ongoing { get; init; }

    /// <summary>Waits that were shorter than <see cref="Minimum"/>.</summary>
    public required long TooShort { get; init; }

    /// <summary>Waits that ended during the look and had begun before it: how long they took is not known.</summary>
    public required long BeganBefore { get; init; }

    /// <summary>Waits that were going on when the budget closed a window: whether and when they ended is not known.</summary>
    public required long CutOff { get; init; }

    /// <summary>Waits that are in the rows without what they waited for, because there were too many different objects.</summary>
    public required long WithoutObject { get; init; }

    /// <summary>What the look cost and lost.</summary>
    public required ProbeReport Report { get; init; }
}
