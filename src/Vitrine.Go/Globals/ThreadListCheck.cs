using System.Globalization;
using Vitrine.Go.Binary;

namespace Vitrine.Go.Globals;

/// <summary><c>allm</c> is a list through <c>alllink</c>; each M's <c>g0</c> points back at its M.</summary>
sealed class ThreadListCheck : ILiveCheck
{
    // The list is as long as the process has threads; a check of its beginning is enough.
    const int MaxSteps = 16;

    /// <inheritdoc/>
    public void Run(LiveCheckContext context, Dictionary<string, LiveCheckResult> results)
    {
        if (!context.TryAddress("runtime.allm", out ulong allm)) return;
        results["runtime.allm"] = context.TryLayout("runtime.m", out StructLayout? m) && context.TryLayout("runtime.g", out StructLayout? g)
            ? Check(context, allm, m, g)
            : LiveCheckResult.NoEvidence("the layouts of runtime.m and runtime.g are unknown");
    }

    static LiveCheckResult Check(LiveCheckContext context, ulong allm, StructLayout layout, StructLayout g)
    {
        if (!context.TryUInt64(allm, out ulong m) || m == 0) return LiveCheckResult.Contradicted("it is no pointer to an M");
        int seen = 0;
        for (; m != 0 && seen < MaxSteps; seen++)
        {
            if (!context.TryField(m, layout, "g0", out ulong g0) || !context.TryField(g0, g, "m", out ulong back) || back != m)
                return LiveCheckResult.Contradicted("an M of the list has no g0 that points back at it");
            if (!context.TryField(m, layout, "alllink", out m)) return LiveCheckResult.Contradicted("the list of Ms is not readable");
        }
        return LiveCheckResult.Confirmed(string.Create(CultureInfo.InvariantCulture, $"{seen} Ms whose g0 points back"));
    }
}
