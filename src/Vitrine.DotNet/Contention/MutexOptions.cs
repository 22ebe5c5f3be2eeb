using Vitrine.DotNet.Events;

namespace Vitrine.DotNet.Contention;

/// <summary>How <see cref="MutexProfile"/> is fed.</summary>
public sealed record MutexOptions
{
    /// <summary>Whether the runtime's own reports of waits for locks are read while the fraction is on; without them only what the program reports by <see cref="MutexProfile.Record(TimeSpan, int)"/> is in the cumulative profile.</summary>
    public bool RuntimeEvents { get; init; } = true;

    /// <summary>What reading them may cost; beyond, reading ends until the fraction is set again.</summary>
    public EventBudget Budget { get; init; } = new() { BufferMegabytes = 16 };
}
