namespace Vitrine.Go.Globals;

/// <summary>
/// The rates of the bucket profiles are numbers like any other: they can be contradicted, not confirmed. Only the linker's switch
/// <c>disableMemoryProfiling</c> can: where it is set, the runtime has set <c>MemProfileRate</c> to 0.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/proc.go (schedinit).
/// </summary>
sealed class ProfileRateCheck : ILiveCheck
{
    /// <inheritdoc/>
    public void Run(LiveCheckContext context, Dictionary<string, LiveCheckResult> results)
    {
        foreach (string name in (ReadOnlySpan<string>)["runtime.MemProfileRate", "runtime.blockprofilerate", "runtime.mutexprofilerate"])
        {
            if (!context.TryAddress(name, out ulong address)) continue;
            results[name] = context.TryUInt64(address, out ulong rate) && rate <= 1UL << 62
                ? LiveCheckResult.NoEvidence("a rate has no shape that could confirm it")
                : LiveCheckResult.Contradicted("it is no rate");
        }
        if (context.TryAddress("runtime.disableMemoryProfiling", out ulong disabled))
            results["runtime.disableMemoryProfiling"] = CheckSwitch(context, disabled);
    }

    static LiveCheckResult CheckSwitch(LiveCheckContext context, ulong disabled)
    {
        if (!context.TryUInt8(disabled, out byte value) || value > 1) return LiveCheckResult.Contradicted("it is neither 0 nor 1");
        if (!context.TryAddress("runtime.MemProfileRate", out ulong address) || !context.TryUInt64(address, out ulong rate))
            return LiveCheckResult.NoEvidence("MemProfileRate is unknown");
        return (value, rate) switch
        {
            (1, 0) => LiveCheckResult.Confirmed("set, and MemProfileRate is 0"),
            (0, > 0) => LiveCheckResult.Confirmed("not set, and MemProfileRate is not 0"),
            _ => LiveCheckResult.NoEvidence("the program has set MemProfileRate itself"),
        };
    }
}
