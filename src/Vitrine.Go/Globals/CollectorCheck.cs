using System.Globalization;
using Vitrine.Go.Binary;

namespace Vitrine.Go.Globals;

/// <summary><c>gcController</c>: a percentage from -1 up, a memory limit and a heap minimum above zero.</summary>
sealed class CollectorCheck : ILiveCheck
{
    /// <inheritdoc/>
    public void Run(LiveCheckContext context, Dictionary<string, LiveCheckResult> results)
    {
        if (context.TryAddress("runtime.gcController", out ulong controller))
        {
            results["runtime.gcController"] = context.TryLayout("runtime.gcControllerState", out StructLayout? layout)
                ? Check(context, controller, layout)
                : LiveCheckResult.NoEvidence("the layout of runtime.gcControllerState is unknown");
        }
    }

    static LiveCheckResult Check(LiveCheckContext context, ulong controller, StructLayout layout)
    {
        bool sane = context.TryField32(controller, layout, "gcPercent", out uint percent) && (int)percent is >= -1 and < 1 << 30
            && context.TryField(controller, layout, "memoryLimit", out ulong limit) && limit is > 0 and <= long.MaxValue
            && context.TryField(controller, layout, "heapMinimum", out ulong minimum) && minimum is > 0 and <= long.MaxValue;
        return sane
            ? LiveCheckResult.Confirmed(string.Create(CultureInfo.InvariantCulture, $"GOGC={(int)percent}"))
            : LiveCheckResult.Contradicted("its percentage, limit and minimum are not those of the collector");
    }
}
