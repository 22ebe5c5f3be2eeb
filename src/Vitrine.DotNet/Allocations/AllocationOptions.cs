using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Allocations;

/// <summary>How allocations are watched.</summary>
public sealed record AllocationOptions
{
    /// <summary>The options that are used when nothing else is said.</summary>
    public static AllocationOptions Default { get; } = new();

    /// <summary>Whether samples say the type of the objects, in the label <c>type</c>. Stacks with several types then have several samples.</summary>
    public bool Types { get; init; } = true;

    /// <summary>
    /// Whether samples have the labels of the work that allocated, in this process; those of a recording over a given time its trace and span too. While it watches, scopes keep their labels (100 ns each), and while a
    /// recording runs, each change of the activity costs its thread 66 to 81 ns.
    /// </summary>
    public bool Labels { get; init; } = true;

    /// <summary>Bounds on what is kept.</summary>
    public AllocationLimits Limits { get; init; } = AllocationLimits.Default;

    /// <summary>What the thread that reads the events may take, as a share of one core over <see cref="Window"/>; when it takes more, the look is ended and says so.</summary>
    public double MaximumShare
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            field = value;
        }
    } = 0.25;

    /// <summary>The time over which <see cref="MaximumShare"/> is a mean.</summary>
    public TimeSpan Window { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Bounds on what is kept of the stream of events itself; one that goes beyond is damaged or hostile, and ends the look with the reason.</summary>
    public NettraceLimits EventLimits { get; init; } = NettraceLimits.Default;

    /// <summary>The runtime's buffer, in megabytes. While a collection stops the program nobody in it can read: what it tells of a large heap must fit. Memory is only taken when it is needed.</summary>
    public int BufferMegabytes { get; init; } = 256;
}
