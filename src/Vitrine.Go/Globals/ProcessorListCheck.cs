using System.Globalization;
using Vitrine.Go.Binary;

namespace Vitrine.Go.Globals;

/// <summary><c>allp</c> holds the Ps in the order of their ids; <c>gomaxprocs</c> is its length once a resize has ended.</summary>
sealed class ProcessorListCheck : ILiveCheck
{
    const ulong MaxProcessors = 1 << 20;

    /// <inheritdoc/>
    public void Run(LiveCheckContext context, Dictionary<string, LiveCheckResult> results)
    {
        ulong count = 0;
        if (context.TryAddress("runtime.allp", out ulong allp))
        {
            results["runtime.allp"] = context.TryLayout("runtime.p", out StructLayout? layout)
                ? Check(context, allp, layout, out count)
                : LiveCheckResult.NoEvidence("the layout of runtime.p is unknown");
        }
        if (context.TryAddress("runtime.gomaxprocs", out ulong gomaxprocs) && count > 0)
        {
            results["runtime.gomaxprocs"] = !context.TryUInt32(gomaxprocs, out uint value) || value == 0 || value > MaxProcessors
                ? LiveCheckResult.Contradicted("it is no number of processors")
                : value == count ? LiveCheckResult.Confirmed(string.Create(CultureInfo.InvariantCulture, $"{value} Ps"))
                : LiveCheckResult.NoEvidence("it differs from the length of allp");
        }
    }

    static LiveCheckResult Check(LiveCheckContext context, ulong allp, StructLayout layout, out ulong count)
    {
        if (!context.TrySlice(allp, out ulong array, out count) || count is 0 or > MaxProcessors)
            return LiveCheckResult.Contradicted("it is no slice of Ps");
        for (ulong index = 0; index < Math.Min(count, 16); index++)
        {
            if (!context.TryUInt64(array + (index * 8), out ulong p) || !context.TryField32(p, layout, "id", out uint id) || id != index)
                return LiveCheckResult.Contradicted(string.Create(CultureInfo.InvariantCulture, $"entry {index} is not P {index}"));
        }
        return LiveCheckResult.Confirmed(string.Create(CultureInfo.InvariantCulture, $"{count} Ps in the order of their ids"));
    }
}
