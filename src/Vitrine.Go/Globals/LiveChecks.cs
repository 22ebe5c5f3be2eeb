namespace Vitrine.Go.Globals;

/// <summary>All checks in memory.</summary>
static class LiveChecks
{
    static readonly ILiveCheck[] s_all =
    [
        new GoroutineListCheck(), new ProcessorListCheck(), new ThreadListCheck(), new SchedulerCheck(),
        new BucketListCheck(), new HeapCheck(), new CollectorCheck(), new ProfileRateCheck(), new TextTableCheck(), new SizeClassCheck(), new ClockCheck(), new TickRateCheck(),
    ];

    /// <summary>Runs every check; the results are by variable name.</summary>
    public static IReadOnlyDictionary<string, LiveCheckResult> Run(LiveCheckContext context)
    {
        Dictionary<string, LiveCheckResult> results = new(StringComparer.Ordinal);
        foreach (ILiveCheck check in s_all) check.Run(context, results);
        return results;
    }
}
