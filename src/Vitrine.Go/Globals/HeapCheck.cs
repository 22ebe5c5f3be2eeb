using System.Globalization;
using Vitrine.Go.Binary;

namespace Vitrine.Go.Globals;

/// <summary><c>mheap_</c> has a list of all spans, each of whole pages; <c>memstats</c> belongs to a runtime that has started its collector.</summary>
sealed class HeapCheck : ILiveCheck
{
    const ulong PageSize = 8192;

    /// <inheritdoc/>
    public void Run(LiveCheckContext context, Dictionary<string, LiveCheckResult> results)
    {
        if (context.TryAddress("runtime.mheap_", out ulong heap))
        {
            results["runtime.mheap_"] = context.TryLayout("runtime.mheap", out StructLayout? layout) && context.TryLayout("runtime.mspan", out StructLayout? span)
                && layout.OffsetOf("allspans") is { } allspans
                ? CheckSpans(context, heap + (ulong)allspans, span)
                : LiveCheckResult.NoEvidence("the layouts of runtime.mheap and runtime.mspan are unknown");
        }
        if (context.TryAddress("runtime.memstats", out ulong memstats))
        {
            results["runtime.memstats"] = context.TryLayout("runtime.mstats", out StructLayout? layout) && layout.OffsetOf("enablegc") is { } enablegc
                ? CheckStatistics(context, memstats, layout, (ulong)enablegc)
                : LiveCheckResult.NoEvidence("the layout of runtime.mstats is unknown");
        }
    }

    static LiveCheckResult CheckSpans(LiveCheckContext context, ulong allspans, StructLayout span)
    {
        if (!context.TrySlice(allspans, out ulong array, out ulong count) || count is 0 or > 1UL << 40)
            return LiveCheckResult.Contradicted("it has no list of spans");
        for (ulong index = 0; index < Math.Min(count, 8); index++)
        {
            bool sane = context.TryUInt64(array + (index * 8), out ulong address) && context.TryField(address, span, "startAddr", out ulong start)
                && context.TryField(address, span, "npages", out ulong pages) && start % PageSize == 0 && pages < 1UL << 40;
            if (!sane) return LiveCheckResult.Contradicted(string.Create(CultureInfo.InvariantCulture, $"entry {index} of its list of spans is no span"));
        }
        return LiveCheckResult.Confirmed(string.Create(CultureInfo.InvariantCulture, $"{count} spans"));
    }

    static LiveCheckResult CheckStatistics(LiveCheckContext context, ulong memstats, StructLayout layout, ulong enablegc)
    {
        // Memory obtained from the system for stacks, span structures and the collector's own data is never zero in a started runtime.
        bool sane = context.TryUInt8(memstats + enablegc, out byte enabled) && enabled <= 1
            && IsAmount(context, memstats, layout, "mspan_sys") && IsAmount(context, memstats, layout, "mcache_sys") && IsAmount(context, memstats, layout, "other_sys");
        return !sane ? LiveCheckResult.Contradicted("its amounts of system memory are not those of a started runtime")
            : enabled == 1 ? LiveCheckResult.Confirmed("the collector is enabled and the amounts of system memory are sane")
            : LiveCheckResult.NoEvidence("the collector is not enabled yet");
    }

    static bool IsAmount(LiveCheckContext context, ulong memstats, StructLayout layout, string field) =>
        context.TryField(memstats, layout, field, out ulong amount) && amount is > 0 and < 1UL << 48;
}
