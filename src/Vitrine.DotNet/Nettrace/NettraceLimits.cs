namespace Vitrine.DotNet.Nettrace;

/// <summary>Every bound on what is accepted from a stream of events. The stream comes from another process; the defaults are several times what a busy service of 60,000 methods writes.</summary>
public sealed record NettraceLimits
{
    /// <summary>The limits that are used when nothing else is said.</summary>
    public static NettraceLimits Default { get; } = new();

    /// <summary>Bytes of one block. The runtime fills blocks of 100 KB; one event has at most 64 KB.</summary>
    public int MaximumBlockBytes { get; init => field = AtLeast(value, 64); } = 4 << 20;

    /// <summary>Bytes of events that wait to be put in order of time. The runtime writes at most what its ring holds in one go.</summary>
    public int MaximumHeldBytes { get; init => field = AtLeast(value, 64); } = 64 << 20;

    /// <summary>Events that wait to be put in order of time.</summary>
    public int MaximumHeldEvents { get; init => field = AtLeast(value, 1); } = 2_000_000;

    /// <summary>Kinds of events that the stream describes.</summary>
    public int MaximumDefinitions { get; init => field = AtLeast(value, 1); } = 100_000;

    /// <summary>Bytes of names of the kinds of events, all together.</summary>
    public int MaximumNameBytes { get; init => field = AtLeast(value, 1); } = 16 << 20;

    /// <summary>Bytes of stacks between two points at which the stream forgets them. The runtime makes such a point for each 10 MB of its ring.</summary>
    public int MaximumStackBytes { get; init => field = AtLeast(value, 8); } = 128 << 20;

    /// <summary>Threads whose events are counted.</summary>
    public int MaximumThreads { get; init => field = AtLeast(value, 1); } = 200_000;

    static int AtLeast(int value, int least)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least);
        return value;
    }
}
