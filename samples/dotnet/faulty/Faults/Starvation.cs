using System.Runtime.CompilerServices;

namespace Faulty.Faults;

/// <summary>Asks a partner and blocks a thread of the pool until the answer is there.</summary>
sealed class Starvation : IFault
{
    // With more the service would answer nothing at all, and nobody could switch the fault off.
    const int MaximumWaiting = 60;

    int _waiting;

    public string Name => "starvation";

    public string Description => "work items of the pool that block on tasks; runtime shows the pool's queue growing, goroutine the threads in Starvation.AskPartner";

    public void Begin(CancellationToken stop) => FaultThread.Start("starvation", () =>
    {
        while (!stop.WaitHandle.WaitOne(5))
        {
            if (Volatile.Read(ref _waiting) >= MaximumWaiting) continue;
            Interlocked.Increment(ref _waiting);
            ThreadPool.QueueUserWorkItem(AskPartner, stop, preferLocal: false);
        }
    });

    [MethodImpl(MethodImplOptions.NoInlining)]
    void AskPartner(CancellationToken stop)
    {
        if (!stop.IsCancellationRequested) Answer().GetAwaiter().GetResult();
        Interlocked.Decrement(ref _waiting);
    }

    static async Task<int> Answer()
    {
        await Task.Delay(400);
        return 42;
    }
}
