using Vitrine.DotNet.Labels;

namespace Vitrine.DotNet.Contention;

/// <summary>What waits for locks are counted apart by.</summary>
/// <param name="Stack">Number of the stack that waited.</param>
/// <param name="Lock">The runtime's id of the lock: an address, stable while the lock is contended, 0 when it is not told apart.</param>
/// <param name="Owner">The thread that held it, by the kernel's thread id; 0 when the runtime did not know.</param>
/// <param name="OwnerStack">Number of the stack with which the owner had itself last waited for this lock, when nobody has got it after a wait since. It may have left it and entered it again elsewhere without a wait; <see cref="Events.AddressStacks.Other"/> when that was not seen.</param>
/// <param name="IsUnfinished">Whether the wait still went on when the recording ended: its delay is a lower bound.</param>
/// <param name="Work">Number of what the thread worked for when it began to wait.</param>
readonly record struct ContentionKey(int Stack, ulong Lock, ulong Owner, int OwnerStack, bool IsUnfinished = false, int Work = WorkNumbers.None) : IWorkKey<ContentionKey>
{
    public ContentionKey For(int work) => this with { Work = work };
}
