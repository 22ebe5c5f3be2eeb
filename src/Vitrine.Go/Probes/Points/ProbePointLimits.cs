namespace Vitrine.Go.Probes.Points;

/// <summary>Bounds of the search in code that nobody vouches for.</summary>
static class ProbePointLimits
{
    /// <summary>Bytes of a function that are decoded. Generated parsers and tables reach some hundred KiB.</summary>
    public const int MaxFunctionBytes = 2 << 20;

    /// <summary>Instructions that are followed from the entry, behind a call, and on the way to <c>runtime.morestack</c>.</summary>
    public const int MaxSteps = 96;

    /// <summary>Return instructions of one function that are probed; each probe is a system call and memory in the kernel.</summary>
    public const int MaxReturns = 512;

    /// <summary>Functions that call a function of which every call is followed.</summary>
    public const int MaxCallers = 512;

    /// <summary>Direct calls of one function that are followed.</summary>
    public const int MaxCallSites = 1_024;

    /// <summary>Functions that one pattern may match.</summary>
    public const int MaxMatches = 64;

    /// <summary>How long one pattern may look through the names; a hundred thousand take some tens of milliseconds.</summary>
    public static readonly TimeSpan MaxMatchTime = TimeSpan.FromSeconds(10);

    /// <summary>Characters of a pattern.</summary>
    public const int MaxPatternLength = 1_024;
}
