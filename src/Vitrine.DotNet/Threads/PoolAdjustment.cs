namespace Vitrine.DotNet.Threads;

/// <summary>The thread pool decided how many workers it wants.</summary>
/// <param name="At">When, by the viewer's clock.</param>
/// <param name="Workers">How many it wants from then on.</param>
/// <param name="Reason">Why: <c>Starvation</c> (work waited and no worker came free), <c>CooperativeBlocking</c> (a worker began to wait for a task), <c>ClimbingMove</c>, ….</param>
public readonly record struct PoolAdjustment(DateTimeOffset At, int Workers, string Reason)
{
    // ThreadAdjustmentReason, https://github.com/dotnet/runtime/blob/main/src/coreclr/vm/ClrEtwAll.man.
    static readonly string[] Reasons = ["Warmup", "Initializing", "RandomMove", "ClimbingMove", "ChangePoint", "Stabilizing", "Starvation", "ThreadTimedOut", "CooperativeBlocking"];

    internal static string ReasonOf(uint number) => number < Reasons.Length ? Reasons[number] : $"reason {number}";

    /// <summary>Whether the reason is that workers are blocked.</summary>
    public bool IsForBlockedWorkers => Reason is "Starvation" or "CooperativeBlocking";
}
