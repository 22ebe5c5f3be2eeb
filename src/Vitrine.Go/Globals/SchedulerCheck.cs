using System.Globalization;
using Vitrine.Go.Binary;

namespace Vitrine.Go.Globals;

/// <summary>
/// <c>sched</c>: the id generator starts at 1 and only grows, more Ms were made than are idle, idle Ps do not outnumber Ps.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/runtime2.go (schedt).
/// </summary>
sealed class SchedulerCheck : ILiveCheck
{
    /// <inheritdoc/>
    public void Run(LiveCheckContext context, Dictionary<string, LiveCheckResult> results)
    {
        if (!context.TryAddress("runtime.sched", out ulong sched)) return;
        if (!context.TryLayout("runtime.schedt", out StructLayout? layout))
        {
            results["runtime.sched"] = LiveCheckResult.NoEvidence("the layout of runtime.schedt is unknown");
            return;
        }
        bool plausible = context.TryField(sched, layout, "goidgen", out ulong goidgen) && goidgen is > 0 and < 1UL << 56
            && context.TryField(sched, layout, "mnext", out ulong mnext) && mnext is > 0 and < 1UL << 32
            && context.TryField32(sched, layout, "nmidle", out uint idle) && idle <= mnext
            && context.TryField32(sched, layout, "maxmcount", out uint maxmcount) && maxmcount >= 1
            && context.TryField(sched, layout, "lastpoll", out ulong lastpoll) && lastpoll < 1UL << 62;
        results["runtime.sched"] = plausible
            ? LiveCheckResult.Confirmed(string.Create(CultureInfo.InvariantCulture, $"goroutine ids up to {goidgen}"))
            : LiveCheckResult.Contradicted("its id generator, thread counts and poll time are not those of a scheduler");
    }
}
