using Vitrine.Go.Memory;
using Vitrine.Instruments;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Probes.Cpu;

/// <summary>The M of each thread, from the runtime's list of all Ms. A thread keeps its M until one of the two ends.</summary>
static class ThreadMap
{
    /// <summary>Threads by their id in the target's pid namespace, with the address of their <c>runtime.m</c>; empty when the list cannot be read.</summary>
    public static List<KeyValuePair<uint, ulong>> Read(GoTarget target)
    {
        var threads = new List<KeyValuePair<uint, ulong>>();
        RuntimeView view = RuntimeViews.Of(target);
        Known<ulong> head = view.ReadScalar("runtime.allm", 8);
        var layout = view.LayoutOf("runtime.m");
        if (!head.IsKnown || !layout.IsKnown
            || layout.Value.OffsetOf("procid") is not int procId || layout.Value.OffsetOf("alllink") is not int next)
            return threads;
        // The list may change under the walk: every step has a bound, and the kernel program checks each M that it uses.
        ulong address = head.Value;
        for (int i = 0; address != 0 && i < RuntimeLimits.MaxMachines; i++)
        {
            if (!view.Memory.TryReadUInt64(address + (ulong)procId, out ulong thread) || !view.Memory.TryReadUInt64(address + (ulong)next, out ulong following))
                break;
            if (thread is > 0 and <= int.MaxValue)
                threads.Add(new((uint)thread, address));
            address = following;
        }
        return threads;
    }
}
