using Vitrine.DotNet.Labels;

namespace Vitrine.DotNet.Waits;

/// <summary>What waits are counted apart by.</summary>
/// <param name="Stack">Number of the stack that waited.</param>
/// <param name="Source">What kind of wait the runtime says it is.</param>
/// <param name="IsUnfinished">Whether it still went on when the recording ended: its delay is a lower bound.</param>
/// <param name="Work">Number of what the thread worked for when it began to wait.</param>
readonly record struct WaitKey(int Stack, WaitSource Source, bool IsUnfinished, int Work = WorkNumbers.None) : IWorkKey<WaitKey>
{
    public WaitKey For(int work) => this with { Work = work };
}
