using System.Runtime.CompilerServices;

namespace Vitrine.TestTargets;

/// <summary>What code allocates once it is warm.</summary>
public static class AllocatedBytes
{
    /// <summary>Bytes that the calling thread allocates in <paramref name="rounds"/> calls after as many for warming up.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long Of(Action action, int rounds = 200)
    {
        for (var i = 0; i < rounds; i++)
            action();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < rounds; i++)
            action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
