using System.Globalization;
using Vitrine.Go.Binary;

namespace Vitrine.Go.Globals;

/// <summary>
/// <c>ticks</c>: once the runtime has worked the length of a processor tick out, it holds a rate that a processor can have.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/runtime.go (ticksType).
/// </summary>
sealed class TickRateCheck : ILiveCheck
{
    const ulong Slowest = 1_000_000;
    const ulong Fastest = 100_000_000_000;

    /// <inheritdoc/>
    public void Run(LiveCheckContext context, Dictionary<string, LiveCheckResult> results)
    {
        if (!context.TryAddress("runtime.ticks", out ulong ticks)) return;
        if (!context.TryLayout("runtime.ticksType", out StructLayout? layout))
        {
            results["runtime.ticks"] = LiveCheckResult.NoEvidence("the layout of runtime.ticksType is unknown");
            return;
        }
        bool readable = context.TryField(ticks, layout, "val", out ulong rate);
        results["runtime.ticks"] = (readable, rate) switch
        {
            (true, 0) => LiveCheckResult.NoEvidence("the process has not worked the rate out yet"),
            (true, >= Slowest and <= Fastest) => LiveCheckResult.Confirmed(string.Create(CultureInfo.InvariantCulture, $"{rate} ticks per second")),
            _ => LiveCheckResult.Contradicted("it is no tick rate"),
        };
    }
}
