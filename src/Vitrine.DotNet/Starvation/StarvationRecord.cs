using Vitrine.DotNet.Threads;
using Vitrine.Instruments;

namespace Vitrine.DotNet.Starvation;

/// <summary>What was seen of the thread pool over a time: the evidence for and against its starving. It concludes nothing.</summary>
/// <param name="Blocked">Waits of the pool's workers, as a profile of <c>contentions</c> and <c>delay</c>; with the notes.</param>
/// <param name="Adjustments">When the pool decided how many workers it wants, and why, in order.</param>
/// <param name="BlockedTime">For how long workers of the pool were blocked, all together.</param>
/// <param name="BlockedOnTasks">Of that, in waits for a task (<c>Task.Wait</c>, <c>Result</c>, <c>GetResult</c>): work that waits for work of the same pool.</param>
/// <param name="LongestQueue">Most work items that waited for a worker; only this process knows of its own.</param>
/// <param name="QueueGrowth">By how many work items the queue was longer at the end than at the beginning.</param>
public sealed record StarvationRecord(
    Recording Blocked, IReadOnlyList<PoolAdjustment> Adjustments, TimeSpan BlockedTime, TimeSpan BlockedOnTasks, Known<long> LongestQueue, Known<long> QueueGrowth)
{
    /// <summary>How often the pool wanted more workers because those that it has are blocked.</summary>
    public int AdjustmentsForBlockedWorkers => Adjustments.Count(static one => one.IsForBlockedWorkers);
}
