namespace Vitrine.Go.Globals;

/// <summary>
/// <c>runtimeInitTime</c>: nanoseconds of the monotonic clock when the runtime started, which lies in the past of the machine's clock.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/proc.go (main).
/// </summary>
sealed class ClockCheck : ILiveCheck
{
    /// <inheritdoc/>
    public void Run(LiveCheckContext context, Dictionary<string, LiveCheckResult> results)
    {
        if (!context.TryAddress("runtime.runtimeInitTime", out ulong address)) return;
        // No upper bound by this machine's clock: a core dump may come from another one.
        results["runtime.runtimeInitTime"] = !context.TryUInt64(address, out ulong time) || time >= 1UL << 62
            ? LiveCheckResult.Contradicted("it is no time")
            : LiveCheckResult.NoEvidence("a time has no shape that could confirm it");
    }
}
