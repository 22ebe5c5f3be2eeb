using System.Runtime.CompilerServices;

namespace Vitrine.TestTargets;

/// <summary>What code allocates once it is warm.</summary>
public static class AllocatedBytes
{
    const int Attempts = 5;

    /// <summary>Bytes that the calling thread allocates in <paramref name="rounds"/> calls after as many for warming up.</summary>
    /// <remarks>
    /// The least of some measurements: what happens once – code that is compiled again, a pool that a collection has emptied, something kept that is looked at anew after a while – is not what a call costs, and on a busy
    /// machine it falls into any of them. What each call allocates is in all of them.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long Of(Action action, int rounds = 200)
    {
        Repeat(action, rounds);
        var least = long.MaxValue;
        for (var attempt = 0; attempt < Attempts && least > 0; attempt++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Repeat(action, rounds);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }
        return least;
    }

    static void Repeat(Action action, int rounds)
    {
        for (var i = 0; i < rounds; i++)
            action();
    }
}
