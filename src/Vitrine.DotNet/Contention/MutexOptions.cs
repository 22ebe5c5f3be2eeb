using Vitrine.DotNet.Events;

namespace Vitrine.DotNet.Contention;

/// <summary>How <see cref="MutexProfile"/> is fed.</summary>
public sealed record MutexOptions
{
    /// <summary>Whether the runtime's own reports of waits for locks are read while the fraction is on; without them only what the program reports by <see cref="MutexProfile.Record(TimeSpan, int)"/> is in the cumulative profile.</summary>
    public bool RuntimeEvents { get; init; } = true;

    /// <summary>
    /// Whether waits have the labels of the work that waited, in this process; those of a recording over a given time its trace and span too. While it is on, scopes keep their labels (100 ns each), and while a recording
    /// runs, each change of the activity costs its thread 66 to 81 ns.
    /// </summary>
    public bool Labels { get; init; } = true;

    /// <summary>What reading them may cost; beyond, reading ends until the fraction is set again.</summary>
    public EventBudget Budget { get; init; } = EventBudget.Default;
}
