using System.Runtime.CompilerServices;

namespace Faulty.Faults;

/// <summary>Asks a partner and blocks a thread of the pool until the answer is there.</summary>
sealed class Starvation : IFault
{
    public string Name => "starvation";

    public string Description => "work items of the pool that block on tasks; runtime shows the pool's queue growing, goroutine the threads in Starvation.AskPartner";

    public void Begin(CancellationToken stop) => FaultThread.Start("starvation", () =>
    {
        while (!stop.WaitHandle.WaitOne(20))
        {
            for (var i = 0; i < 4; i++)
                ThreadPool.QueueUserWorkItem(static token => AskPartner(token), stop, preferLocal: false);
        }
    });

    [MethodImpl(MethodImplOptions.NoInlining)]
    static void AskPartner(CancellationToken stop)
    {
        if (!stop.IsCancellationRequested) Answer().GetAwaiter().GetResult();
    }

    static async Task<int> Answer()
    {
        await Task.Delay(400);
        return 42;
    }
}
