using Vitrine.DotNet.Events;

namespace Vitrine.DotNet.Waits;

/// <summary>What <see cref="WaitInstrument"/> records.</summary>
public sealed record WaitOptions
{
    /// <summary>Whether waits that are in every process are shown too, each with a label <c>kind</c>: idle pool workers, the framework's own threads, this library, waits for locks.</summary>
    public bool Everything { get; init; }

    /// <summary>Whether waits have the labels of the work that waited, its trace and its span, in this process. While it records, each change of these costs its thread 66 to 81 ns.</summary>
    public bool Labels { get; init; } = true;

    /// <summary>What watching may cost.</summary>
    public EventBudget Budget { get; init; } = EventBudget.Default;
}
