using Vitrine.Go.Binary;

namespace Vitrine.Go.Memory;

/// <summary>
/// NextGC as the runtime computes it on demand: the goal by GOGC, or the lower one that the memory limit asks for; else raised to the minimum
/// sweep distance and, during a collection, to a minimum above the point where it was triggered.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/mgcpacer.go (heapGoalInternal, memoryLimitHeapGoal);
/// Go 1.19 keeps a fixed headroom: https://github.com/golang/go/blob/go1.19/src/runtime/mgcpacer.go.
/// </summary>
static class HeapGoal
{
    const ulong MinimumRunway = 64 << 10;
    const ulong MinimumHeadroom = 1 << 20;
    const ulong HeadroomPercent = 3;

    /// <summary>Computes the goal in bytes.</summary>
    /// <param name="controller">An image of <c>runtime.gcController</c>.</param>
    /// <param name="version">The Go version.</param>
    /// <param name="heapFree">Free heap bytes that were not given back, after the caches are flushed.</param>
    /// <param name="heapAlloc">Bytes of allocated objects by the controller's own account, after the caches are flushed.</param>
    public static ulong Compute(StructImage controller, GoVersion version, ulong heapFree, ulong heapAlloc)
    {
        ulong goal = controller.Get("gcPercentHeapGoal");
        ulong byLimit = ByMemoryLimit(controller, version, heapFree, heapAlloc);
        if (byLimit < goal)
            return byLimit;

        goal = Math.Max(goal, controller.Get("sweepDistMinTrigger"));
        ulong triggered = controller.Get("triggered");
        if (triggered != ulong.MaxValue && goal < unchecked(triggered + MinimumRunway))
            goal = unchecked(triggered + MinimumRunway);
        return goal;
    }

    static ulong ByMemoryLimit(StructImage controller, GoVersion version, ulong heapFree, ulong heapAlloc)
    {
        ulong limit = controller.Get("memoryLimit");
        ulong mapped = controller.Get("mappedReady");
        ulong marked = controller.Get("heapMarked");

        // Figures of a running process may contradict each other for a moment; the runtime waits until they do not, a reader must not.
        ulong nonHeap = heapFree + heapAlloc <= mapped ? mapped - heapFree - heapAlloc : 0;
        ulong overage = mapped > limit ? mapped - limit : 0;
        if (unchecked(nonHeap + overage) >= limit)
            return marked;

        ulong goal = limit - (nonHeap + overage);
        ulong headroom = version.AtLeast(1, 21) ? Math.Max(goal / 100 * HeadroomPercent, MinimumHeadroom) : MinimumHeadroom;
        goal = goal < headroom || goal - headroom < headroom ? headroom : goal - headroom;
        return Math.Max(goal, marked);
    }
}
